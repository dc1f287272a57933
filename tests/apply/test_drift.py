"""Drift: what a target holds against what its revisions say, and the ways out."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.apply.conftest import Case

TABLES = "select tablename::text from pg_tables where schemaname = 'public' order by 1"


def run(case: Case, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in the folder of the case."""
    command = [sys.executable, "-m", "telamon", "schema", "drift", "--url", case.url(), "--dir", str(case.path)]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=60, cwd=case.path.parent
    )


def started(case: Case) -> None:
    """A target at the second of three versions."""
    case.write(
        v1="create table a (id int primary key, note text);\ncreate view v as select id from a;",
        v2="create index i on a (note);",
        v3="create table later ();",
    )
    case.apply(amount=2)


def test_none_then_some_explained(case: Case) -> None:
    started(case)
    none = run(case)
    assert (none.returncode, none.stdout) == (0, "")
    assert "No drift: the target is what 2 says" in none.stderr
    case.sql("drop index i; create table hot (id int primary key, x text); alter table a alter note set not null")
    found = run(case)
    assert found.returncode == 6
    assert found.stdout.splitlines() == [
        "table public.hot: not in the migrations",
        "not null public.a.note: not in the migrations",
        "index public.i: missing on the target",
    ]
    explained = json.loads(run(case, "--explain", "--format", "json").stdout)
    assert explained["version"] == "2"
    by_object = {each["object"]: each for each in explained["drift"]}
    index = by_object["index:public.i"]
    assert index["how"] == "missing"
    assert "DROP INDEX" in index["adopt"]
    assert "CREATE INDEX" in index["revert"]
    assert "SET NOT NULL" in by_object["not_null:public.a.note"]["adopt"]
    table = by_object["table:public.hot"]
    assert (table["how"], "CREATE TABLE" in table["adopt"], "DROP TABLE" in table["revert"]) == ("surplus", True, True)
    assert case.rows("version") == ["1", "2"]
    edited = next(case.path.glob("1*.sql"))
    edited.write_text("create table a ();")
    unsealed = run(case)
    assert (unsealed.returncode, f"{edited.name} was edited" in unsealed.stderr) == (3, True)


def test_revert(case: Case) -> None:
    started(case)
    case.sql("drop index i; create table hot (x int); insert into hot values (1), (2)")
    refused = run(case, "--revert", "--auto-approve")
    assert (refused.returncode, "all rows of table public.hot (2 rows)" in refused.stderr) == (3, True)
    assert case.sql(TABLES) == ["a", "hot"]
    done = run(case, "--revert", "--auto-approve", "--allow-destructive")
    assert done.returncode == 0, done.stderr
    assert case.sql(TABLES) == ["a"]
    assert case.sql("select count(*) from pg_indexes where indexname = 'i'") == [1]


def test_adopt(case: Case) -> None:
    started(case)
    case.sql("drop index i; create table hot (x int); insert into hot values (1)")
    early = run(case, "--adopt", "hot", "--auto-approve")
    assert (early.returncode, "3.sql" in early.stderr) == (3, True)
    case.apply()
    files = sorted(path.name for path in case.path.iterdir())
    unasked = run(case, "--adopt", "hot")
    assert (unasked.returncode, "--auto-approve" in unasked.stderr) == (2, True)
    assert sorted(path.name for path in case.path.iterdir()) == files
    done = run(case, "--adopt", "hot", "--auto-approve", "--format", "json")
    assert done.returncode == 0, done.stderr
    version = json.loads(done.stdout)["version"]
    assert case.rows("version, type")[-1] == (version, 4)
    assert case.sql("select x from hot") == [1]
    assert run(case).returncode == 0
    assert case.status().status == "OK"


def test_ignored_with_a_reason(case: Case) -> None:
    started(case)
    case.sql("create table hot (x int); create index hot_i on hot (x); drop index i; create table tmp ()")
    config = case.path.parent / "telamon.toml"
    entry = '{{ object = "{}", reason = "{}" }}'.format
    config.write_text(f"ignore = [{entry('table:public.hot', 'theirs')}, {entry('index:public.i', 'slow disk')}]\n")
    found = run(case, "--format", "json")
    assert found.returncode == 6
    shown = json.loads(found.stdout)
    assert [each["object"] for each in shown["drift"]] == ["table:public.tmp"]
    assert {each["object"]: each["reason"] for each in shown["ignored"]} == {
        "table:public.hot": "theirs",
        "index:public.i": "slow disk",
    }
    done = run(case, "--revert", "--auto-approve", "--allow-destructive")
    assert done.returncode == 0, done.stderr
    assert case.sql(TABLES) == ["a", "hot"]
    config.write_text(f"ignore = [{entry('table:public.gone', 'was here once')}]\n")
    found = run(case, "--explain")
    assert "no such difference: table:public.gone" in found.stderr
    assert 'DROP TABLE "public"."hot"' in found.stdout
    config.write_text('ignore = [{ object = "table:public.hot" }]\n')
    refused = run(case)
    assert (refused.returncode, "reason" in refused.stderr) == (2, True)


def test_what_is_made_beside_the_model_is_no_drift(case: Case) -> None:
    case.write(v1="create table p (at date) partition by range (at);")
    case.apply()
    case.sql("create table p_2026 partition of p for values from ('2026-01-01') to ('2027-01-01')")
    found = run(case)
    assert found.returncode == 0, found.stdout
    assert "p_2026" in found.stderr
