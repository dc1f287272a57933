"""Runs of apply: transaction modes, directives, checks, failures and what is left after them."""

from __future__ import annotations

import pytest

from telamon.apply.events import Asserted, Failed, FileDone, Note, RunStarted, StatementDone
from telamon.errors import CheckError, TelamonError, UsageError
from tests.apply.conftest import Case

TABLES = "select tablename::text from pg_tables where schemaname = 'public' order by 1"


def test_runs_what_is_pending_and_tells(case: Case) -> None:
    case.write(v1_a="create table a (x int);\ninsert into a values (1);", v2_b="create table b ();")
    report = case.apply()
    assert case.sql(TABLES) == ["a", "b"]
    assert case.rows() == [("1", 2, 2), ("2", 1, 1)]
    assert [(file.name, file.statements) for file in report.applied] == [
        ("1_a.sql", ("create table a (x int);", "insert into a values (1);")),
        ("2_b.sql", ("create table b ();",)),
    ]
    assert [event.version for event in case.seen(FileDone)] == ["1", "2"]
    assert report.to_json()["Target"] == "2"
    case.events.clear()
    case.apply()
    assert case.events == [RunStarted("2", "2", ())]


def test_a_failed_file_leaves_nothing(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();\ncreate table c (\n  x nope);\ncreate table d ();")
    with pytest.raises(TelamonError) as caught:
        case.apply()
    error = caught.value
    assert error.exit_code == 1
    assert error.what == "2.sql failed at statement 2 of 3"
    assert error.where.splitlines()[0].endswith("2.sql:3")  # the line of the unknown type
    assert 'type "nope" does not exist' in error.why
    assert case.sql(TABLES) == ["a"]
    assert case.rows() == [("1", 1, 1)]
    assert [event.index for event in case.seen(StatementDone)] == [0, 0]
    assert case.seen(Failed) == [Failed("2", 1, "create table c (\n  x nope);", 'type "nope" does not exist', True)]


def test_mode_all_undoes_everything(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();\nselect 1/0;")
    with pytest.raises(TelamonError, match=r"2\.sql failed"):
        case.apply(tx_mode="all")
    assert case.sql(TABLES) == []
    assert case.status().applied == ()
    case.write(v2="create table b ();")
    case.apply(tx_mode="all")
    assert case.rows() == [("1", 1, 1), ("2", 1, 1)]
    assert case.sql("select count(distinct xmin::text) from atlas_schema_revisions.atlas_schema_revisions") == [1]


def test_directives_decide_the_mode(case: Case) -> None:
    case.write(v1="-- atlas:txmode none\n\ncreate table a ();\nselect 1/0;")
    with pytest.raises(TelamonError):
        case.apply()
    assert case.sql(TABLES) == ["a"]
    with pytest.raises(CheckError, match='cannot set txmode directive to "none"'):
        case.apply(tx_mode="all")
    case.write(v1="-- atlas:txmode file\n\ncreate table a ();\ncreate table b ();")
    case.apply(tx_mode="none")
    assert case.sql(TABLES) == ["a", "b"]
    case.write(v2="-- atlas:txmode file\n\ncreate table c ();\nselect 1/0;")
    with pytest.raises(TelamonError):
        case.apply(tx_mode="none")
    assert case.sql(TABLES) == ["a", "b"]


@pytest.mark.parametrize("directive", ["txmode all", "txmode none\n-- atlas:txmode file", "txmode maybe"])
def test_wrong_directives(case: Case, directive: str) -> None:
    case.write(v1=f"-- atlas:{directive}\n\ncreate table a ();")
    with pytest.raises(CheckError):
        case.apply()
    assert case.sql(TABLES) == []


def test_resume_after_a_repair(case: Case) -> None:
    head = "-- atlas:txmode none\n\n"
    case.write(v1=head + "create table a ();\ncreate table b ();\ncreate table nope.c ();\ncreate table d ();")
    with pytest.raises(TelamonError, match="statement 3 of 4") as caught:
        case.apply()
    assert "Statements 1 to 2 of the file stay applied" in caught.value.do
    [row] = case.rows("applied, total, error, error_stmt, jsonb_array_length(partial_hashes), hash")
    assert row[:5] == (2, 4, 'schema "nope" does not exist', "create table nope.c ();", 2)
    case.write(
        v1=head + "create table a ();\ncreate table b ();\ncreate table c ();\ncreate table d ();\ncreate table e ();"
    )
    case.apply()
    [done] = case.rows("applied, total, error, error_stmt, partial_hashes, hash")
    assert done[:5] == (5, 5, None, None, None)
    assert done[5] != row[5]
    assert case.sql(TABLES) == ["a", "b", "c", "d", "e"]
    assert case.status().status == "OK"


def test_resume_when_the_failed_statement_was_removed(case: Case) -> None:
    head = "-- atlas:txmode none\n\n"
    case.write(v1=head + "create table a ();\nselect 1/0;")
    with pytest.raises(TelamonError):
        case.apply()
    case.write(v1=head + "create table a ();")
    case.apply()
    assert case.rows("applied, total, error, partial_hashes") == [(1, 1, None, None)]


@pytest.mark.parametrize(
    "repaired",
    ["create table a (x int);\ncreate table b ();", "create table b ();", ""],
    ids=["edited", "shifted", "empty"],
)
def test_what_is_done_must_not_change(case: Case, repaired: str) -> None:
    head = "-- atlas:txmode none\n\n"
    case.write(v1=head + "create table a ();\nselect 1/0;")
    with pytest.raises(TelamonError):
        case.apply()
    case.write(v1=head + repaired)
    with pytest.raises(CheckError, match=r'history changed: statement 1 from file "1\.sql" changed'):
        case.apply()
    assert case.sql(TABLES) == ["a"]


def test_out_of_order(case: Case) -> None:
    case.write(v1="create table a ();", v3="create table c ();")
    case.apply()
    case.write(v2="create table b ();", v4="create table d ();")
    with pytest.raises(CheckError, match=r"2\.sql added out of order"):
        case.apply()
    status = case.status()
    assert (status.status, status.next, [file.name for file in status.out_of_order]) == (
        "PENDING",
        "UNKNOWN",
        ["2.sql"],
    )
    assert "  -- Pending Files:   2 (1 out of order)" in status.to_text()
    case.apply(exec_order="linear-skip")
    assert case.rows("version") == ["1", "3", "4"]
    case.apply(exec_order="non-linear")
    assert case.rows("version") == ["1", "2", "3", "4"]


def test_amount_and_target_version(case: Case) -> None:
    case.write(**{f"v{n}": f"create table t{n} ();" for n in range(1, 6)})
    case.apply(amount=2)
    assert case.rows("version") == ["1", "2"]
    case.apply(to_version="4")
    assert case.rows("version") == ["1", "2", "3", "4"]
    case.apply(to_version="4")
    with pytest.raises(UsageError, match='version "7" not found'):
        case.apply(to_version="7")
    assert case.rows("version") == ["1", "2", "3", "4"]


def test_dry_run_touches_nothing(case: Case) -> None:
    case.sql("create table stranger ()")
    case.write(v1="create table a ();", v2="create table b ();")
    case.apply(dry_run=True)
    assert [event.sql for event in case.seen(StatementDone)] == ["create table a ();", "create table b ();"]
    assert case.sql(TABLES) == ["stranger"]
    assert case.sql("select to_regnamespace('atlas_schema_revisions')") == [None]
    case.events.clear()
    case.apply(dry_run=True, baseline="1")
    assert [event.sql for event in case.seen(StatementDone)] == ["create table b ();"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("create table a ();\ncreate index concurrently i on a (x);", "cannot run in a transaction"),
        ("create table a ();\nvacuum a;", "cannot run in a transaction"),
        ("begin;\ncreate table a ();\ncommit;", "begins a transaction by itself"),
        ("create table a ();\ncommit;\ncreate table b ();", "commits the transaction by itself"),
        ("create table a ();\nrollback;", "rolls the transaction back by itself"),
    ],
)
@pytest.mark.parametrize("mode", ["file", "all"])
def test_what_does_not_fit_a_transaction_is_refused_before_anything_runs(
    case: Case, text: str, message: str, mode: str
) -> None:
    case.write(v1="create table first ();", v2=text)
    with pytest.raises(CheckError, match=message) as caught:
        case.apply(tx_mode=mode)
    assert "atlas:txmode none" in caught.value.do
    assert "2.sql:" in caught.value.where
    assert case.sql(TABLES) == []


def test_what_only_the_server_knows_is_undone_and_explained(case: Case) -> None:
    case.write(v1="create type e as enum ('a');")
    case.apply()
    case.write(v2="alter type e add value 'b';\ncreate table t (x e default 'b');")
    with pytest.raises(TelamonError) as caught:
        case.apply()
    assert "file of its own" in caught.value.do
    case.write(v2="do $$ begin create table t (); commit; end $$;")
    with pytest.raises(TelamonError) as caught:
        case.apply()
    assert "atlas:txmode none" in caught.value.do
    assert case.rows("version") == ["1"]


def test_an_error_at_commit(case: Case) -> None:
    case.write(
        v1="create table a (x int primary key);\n"
        "create table b (x int references a deferrable initially deferred);\ninsert into b values (1);"
    )
    with pytest.raises(TelamonError, match=r"1\.sql failed at the commit"):
        case.apply()
    assert case.sql(TABLES) == []


def test_settings_and_roles_of_a_file_end_with_it(case: Case, role: str) -> None:
    case.sql(f'grant create on schema public to "{role}"')
    case.write(
        v1="create schema s;\nset search_path = s;\nset statement_timeout = 77;\n"
        f'set role "{role}";\ncreate table public.a ();',
        v2=f"set session authorization \"{role}\";\nselect pg_catalog.set_config('search_path', '', false);",
        v3="create table b ();\ncreate table mode as select current_setting('statement_timeout') as timeout;",
    )
    case.apply()
    assert case.sql(TABLES) == ["a", "b", "mode"]
    assert case.sql("select timeout from mode") == ["0"]
    assert (
        case.sql("select tableowner::text from pg_tables where tablename in ('a', 'b') order by tablename")[0] == role
    )
    assert case.rows("version") == ["1", "2", "3"]


def test_a_role_owns_what_is_made(case: Case, role: str) -> None:
    case.sql(f'grant create on schema public to "{role}"')
    case.sql(f"""do $$ begin execute format('grant create on database %I to "{role}"', current_database()); end $$""")
    case.write(v1="create table a ();", v2="-- atlas:txmode none\n\ncreate table b ();")
    case.apply(role=role)
    query = "select distinct tableowner::text from pg_tables where schemaname in ('public', 'atlas_schema_revisions')"
    assert case.sql(query) == [role]


def test_archives_with_checks(case: Case) -> None:
    text = (
        "-- atlas:txtar\n\n-- checks.sql --\nselect not exists (select from a);\n\n-- migration.sql --\ndrop table a;\n"
    )
    case.write(v1="create table a (x int);\ninsert into a values (1);", v2=text)
    with pytest.raises(CheckError, match=r"2\.sql was not run: its check checks\.sql failed") as caught:
        case.apply()
    assert caught.value.exit_code == 3
    assert case.sql(TABLES) == ["a"]
    case.sql("delete from a")
    case.apply()
    assert case.sql(TABLES) == []
    assert [event.sql for event in case.seen(Asserted)] == ["select not exists (select from a);"]


@pytest.mark.parametrize(("second", "passes"), [("true", True), ("false", False), ("null", False)])
def test_one_of_the_checks(case: Case, second: str, passes: bool) -> None:
    checks = f"-- checks/a.sql --\n-- atlas:assert oneof\n\nselect false;\nselect {second};\n"
    case.write(v1=f"-- atlas:txtar\n\n{checks}\n-- migration.sql --\ncreate table a ();\n")
    if passes:
        case.apply()
    else:
        with pytest.raises(CheckError):
            case.apply()
    assert case.sql(TABLES) == ["a"] * passes


def test_a_check_that_is_wrong_sql(case: Case) -> None:
    case.write(v1="-- atlas:txtar\n\n-- checks.sql --\nselect nope;\n\n-- migration.sql --\ncreate table a ();\n")
    with pytest.raises(TelamonError, match=r"failed at its check checks\.sql"):
        case.apply()
    assert case.status().applied == ()


def test_statements_that_are_several(case: Case) -> None:
    case.write(v1="-- atlas:delimiter \\n\\n\ncreate table a ();\ncreate table b ();\n\ncreate table c ();\n\n")
    case.apply()
    assert case.sql(TABLES) == ["a", "b", "c"]
    assert case.rows() == [("1", 2, 2)]
    case.write(v2="-- atlas:delimiter --next\ncreate table d ();\ncreate table e ();--next\nselect 1/0;--next\n")
    with pytest.raises(TelamonError, match="statement 2 of 2"):
        case.apply()
    assert case.sql(TABLES) == ["a", "b", "c"]


def test_copy_data(case: Case) -> None:
    case.write(v1="create table a (x int, y text);\ncopy a from stdin;\n1\tone;two\n2\t\\N\n\\.\n\ncreate table b ();")
    case.apply()
    assert case.sql("select * from a order by x") == [(1, "one;two"), (2, None)]


def test_empty_files(case: Case) -> None:
    case.write(v1="", v2="-- nothing yet\n", v3="-- atlas:txmode none\n\n")
    case.apply()
    assert case.rows() == [("1", 0, 0), ("2", 0, 0), ("3", 0, 0)]
    assert case.status().status == "OK"


def test_checkpoints(case: Case) -> None:
    point = "-- atlas:checkpoint\n\ncreate table a ();\ncreate table b ();\n"
    case.write(v1="create table a ();", v2="create table b ();", v3=point, v4="create table c ();")
    assert case.status().to_text().splitlines()[2] == "  -- Next Version:    3 (checkpoint)"
    case.apply()
    assert case.rows("version") == ["3", "4"]
    assert case.sql(TABLES) == ["a", "b", "c"]


def test_a_target_ahead_of_the_directory_is_noted(case: Case) -> None:
    case.write(v1="create table a ();", v2="create table b ();")
    case.apply()
    (case.path / "2.sql").unlink()
    case.write()
    case.apply()
    assert [note.text for note in case.seen(Note)] == ["the target is at version 2, which is newer than this directory"]


def test_what_the_server_says_is_passed_on(case: Case) -> None:
    case.write(v1="create table a ();\ncreate table if not exists a ();")
    case.apply()
    assert [note.text for note in case.seen(Note)] == ['NOTICE: relation "a" already exists, skipping']


def test_a_tampered_directory_is_not_run(case: Case) -> None:
    case.write(v1="create table a ();")
    (case.path / "1.sql").write_text("create table b ();")
    with pytest.raises(CheckError):
        case.apply()
    with pytest.raises(CheckError):
        case.status()


def test_a_migration_that_removes_the_history(case: Case) -> None:
    case.write(v1="drop schema atlas_schema_revisions cascade;")
    with pytest.raises(TelamonError, match="its row in the history"):
        case.apply()


@pytest.mark.parametrize("mode", ["file", "none"])
def test_a_server_that_hangs_up_says_why(case: Case, mode: str) -> None:
    case.write(v1="create table a ();\nselect pg_terminate_backend(pg_backend_pid());\ncreate table b ();")
    with pytest.raises(TelamonError, match=r"the connection to the target was lost in 1\.sql, statement 2") as caught:
        case.apply(tx_mode=mode)
    assert "ERROR: terminating connection due to administrator command" in caught.value.why


@pytest.mark.parametrize("mode", ["file", "none"])
def test_rows_for_the_client_are_refused(case: Case, mode: str) -> None:
    case.write(v1="create table a ();\n\ncopy (select 1) to stdout;")
    with pytest.raises(CheckError, match=r"statement 2 of 1\.sql sends rows to the client") as caught:
        case.apply(tx_mode=mode)
    assert caught.value.where.startswith(f"{case.path}/1.sql:3\n")
    assert case.sql("select to_regclass('a')") == [None]
