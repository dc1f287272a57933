"""Status: Atlas's words and fields."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from telamon.apply.edited import ADVICE
from telamon.apply.events import Note
from telamon.cli import main
from telamon.errors import TelamonError
from tests.apply.conftest import Case


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_texts(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();")
    assert case.status().to_text().splitlines() == [
        "Migration Status: PENDING",
        "  -- Current Version: No migration applied yet",
        "  -- Next Version:    1",
        "  -- Executed Files:  0",
        "  -- Pending Files:   2",
    ]
    case.apply()
    assert case.status().to_text().splitlines() == [
        "Migration Status: OK",
        "  -- Current Version: 2",
        "  -- Next Version:    Already at latest version",
        "  -- Executed Files:  2",
        "  -- Pending Files:   0",
    ]


def test_nothing_is_touched(case: Case) -> None:
    case.write(v1="create table a ();")
    case.status()
    assert case.sql("select to_regnamespace('atlas_schema_revisions')") == [None]


def test_a_file_that_was_edited_after_it_was_applied(case: Case) -> None:
    case.write(v1_a="create table a ();", v2_b="create table b ();", v4_d="create table d ();")
    case.apply()
    case.write(v3_c="create table c ();")
    assert case.status().edited is None  # 4_d has another entry in the sum, since 3_c came before it
    case.apply(exec_order="non-linear")
    assert case.status().edited is None
    case.write(v2_b="create table b (edited int);", v5_e="create table e ();")
    told = case.status()
    assert told.edited and told.edited.file.name == "2_b.sql"
    assert "Edited after it was applied:\n  -- 2_b.sql is not what was applied here on" in told.to_text()
    assert told.to_json()["Edited"] == {"Name": "2_b.sql", "Version": "2", "Description": "b"}
    case.events.clear()
    case.apply()  # a note, and no failure
    assert [event.text for event in case.seen(Note)] == [f"{told.edited}; {ADVICE}"]
    assert case.rows("version") == ["1", "2", "3", "4", "5"]
    code, out, err = invoke("migrate", "apply", "--dir", str(case.path), "--url", case.url())
    assert (code, out) == (0, "No migration files to execute\n")
    assert "2_b.sql is not what was applied here" in err


def test_what_was_not_edited(case: Case) -> None:
    case.write(
        v1="create table a ();",
        v2="-- telamon:context test\n\ncreate table b ();",
        v3="-- atlas:txmode none\n\ncreate table c ();\nselect 1/0;",
    )
    with pytest.raises(TelamonError):
        case.apply()
    case.write(v3="-- atlas:txmode none\n\ncreate table c ();\nselect 1/1;")
    assert case.status().edited is None  # it may be repaired
    case.apply()
    assert case.status().edited is None
    case.write(v0="create table z ();")  # before the first revision: this target never had it
    assert case.status().edited is None
    (case.path / "1.sql").unlink()
    case.write(v3="create table c ();")
    assert case.status().edited is None  # what stood in 1.sql is not known


def test_json_has_the_fields_of_atlas(case: Case) -> None:
    case.write(v1_a="create table a ();", v2_b="-- atlas:txmode none\n\ncreate table b ();\nselect 1/0;")
    arguments = ["--dir", str(case.path), "--url", case.url(), "--format", "json"]
    code, out, err = invoke("migrate", "apply", *arguments)
    assert code == 1
    assert "2_b.sql failed at statement 2 of 2" in err
    applied = json.loads(out)
    assert {"Driver", "URL", "Dir", "Pending", "Applied", "Target", "Start", "End", "Error"} <= applied.keys()
    assert applied["Applied"][1]["Error"] == {"SQL": "select 1/0;", "Text": "division by zero"}
    code, out, _ = invoke("migrate", "status", *arguments)
    found = json.loads(out)
    assert code == 0
    assert found["Pending"] == [{"Name": "2_b.sql", "Version": "2", "Description": "b"}]
    assert (found["Status"], found["Current"], found["Next"]) == ("PENDING", "2", "2")
    assert (found["Count"], found["Left"], found["Total"]) == (1, 1, 2)
    assert (found["Error"], found["SQL"]) == ("division by zero", "select 1/0;")
    assert [row["Version"] for row in found["Applied"]] == ["1", "2"]
    assert "OutOfOrder" not in found


def test_apply_prints_as_atlas_does(case: Case) -> None:
    case.write(v1="create table a (\n  x int);", v2="create table b ();")
    arguments = ["--dir", str(case.path), "--url", case.url()]
    code, out, err = invoke("migrate", "apply", "1", *arguments)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[:5] == [
        "Migrating to version 1 (1 migration in total):",
        "",
        "  -- migrating version 1",
        "    -> create table a (",
        "         x int);",
    ]
    assert lines[5].startswith("  -- ok (") and lines[-2:] == ["  -- 1 migration", "  -- 1 sql statement"]
    code, out, _ = invoke("migrate", "apply", *arguments)
    assert "Migrating to version 2 from 1 (1 migration in total):" in out
    code, out, _ = invoke("migrate", "apply", *arguments)
    assert (code, out) == (0, "No migration files to execute\n")
    code, out, _ = invoke("migrate", "status", *arguments)
    assert out.startswith("Migration Status: OK\n")


def test_failure_text(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();\nselect nope;")
    code, out, err = invoke("migrate", "apply", "--dir", str(case.path), "--url", case.url())
    assert code == 1
    assert '    -> select nope;\n    column "nope" does not exist\n' in out
    assert "  -- 1 migration ok, 1 with errors" in out
    assert err.startswith("Error: 2.sql failed at statement 2 of 2")


def test_settings_from_the_configuration(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();")
    config = case.path.parent / "telamon.toml"
    config.write_text(
        f'[env.prod]\ndir = "migrations"\nurl = "{case.url()}"\nbaseline = "1"\n'
        'revisions_schema = "history"\ntx_mode = "all"\n'
    )
    arguments = ["--config", str(config), "--env", "prod"]
    code, _, err = invoke("migrate", "apply", *arguments)
    assert (code, err) == (0, "")
    assert case.sql("select version from history.atlas_schema_revisions") == ["1", "2"]
    assert case.sql("select tablename::text from pg_tables where schemaname = 'public'") == ["b"]
    assert invoke("migrate", "status", *arguments)[1].startswith("Migration Status: OK")


def test_usage(case: Case) -> None:
    assert invoke("migrate", "apply", "--dir", str(case.path), "--url", "mysql://h/d")[0] == 2
    assert invoke("migrate", "apply", "--lock-timeout", "soon")[0] == 2
    assert invoke("migrate", "apply", "0")[0] == 2
