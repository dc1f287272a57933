"""`schema apply`: shown, asked, bound to what was read, patient, and never losing data by itself."""

from __future__ import annotations

import json
import time

import psycopg
import pytest

from telamon.apply.statements import run_statements
from tests.schema.conftest import Work

OLD = """CREATE TABLE person (id int PRIMARY KEY, name text, email text);
CREATE TABLE attic (junk text);
"""
NEW = "CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email text, phone text);\n"
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 0 AND NOT attisdropped"
APPLY = ("schema", "apply", "--to", "new.sql")


@pytest.fixture
def target(work: Work) -> Work:
    """A target with some rows, and a schema that adds, tightens and drops."""
    work.sql(OLD)
    work.sql("INSERT INTO person VALUES (1, 'Ann', NULL); INSERT INTO attic VALUES ('a'), ('b')")
    work.write("old.sql", OLD)
    work.write("new.sql", NEW)
    work.write("more.sql", OLD.replace("email text", "email text, phone text"))
    return work


def test_applies_and_is_synced(target: Work) -> None:
    """The revision table, which no schema describes, stays."""
    target.sql(
        "CREATE SCHEMA atlas_schema_revisions; CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (v int)"
    )
    ran = target.run(*APPLY, "-u", target.url(), "--auto-approve", "--allow-destructive")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("-- Planned Changes:\n")
    assert 'DROP TABLE "public"."attic"' in ran.out
    assert "all rows of table public.attic (2 rows)" in ran.err
    assert target.sql(COLUMNS) == ["id", "name", "email", "phone"]
    assert target.sql("SELECT v FROM atlas_schema_revisions.atlas_schema_revisions") == []
    again = target.run(*APPLY, "-u", target.url())
    assert (again.code, again.out, again.err) == (0, "", "Schema is synced, no changes to be made\n")


def test_dry_run_and_json(target: Work) -> None:
    dry = target.run(*APPLY, "-u", target.url(), "--dry-run")
    assert (dry.code, "ADD COLUMN" in dry.out) == (0, True)
    shown = json.loads(target.run(*APPLY, "-u", target.url(), "--dry-run", "--format", "json").out)
    assert shown["applied"] is False
    assert shown["losses"] == [{"what": "all rows of table public.attic", "rows": 2}]
    assert target.sql(COLUMNS) == ["id", "name", "email"]
    unasked = target.run("schema", "apply", "--to", "more.sql", "-u", target.url(), "--format", "json")
    assert (unasked.code, "--auto-approve" in unasked.err) == (2, True)
    done = target.run("schema", "apply", "--to", "more.sql", "-u", target.url(), "--format", "json", "--auto-approve")
    assert json.loads(done.out)["applied"] is True


def test_losses_are_counted_and_refused(target: Work) -> None:
    target.sql("INSERT INTO person VALUES (2, 'Bo', 'b@x')")
    target.write("less.sql", "CREATE TABLE person (id int PRIMARY KEY, name text);\n")
    ran = target.run("schema", "apply", "--to", "less.sql", "-u", target.url(), "--auto-approve")
    assert (ran.code, ran.out) == (3, "")
    assert "all rows of table public.attic (2 rows)" in ran.err
    assert "all values of column public.person.email (1 value)" in ran.err
    assert "--allow-destructive" in ran.err
    assert target.sql(COLUMNS) == ["id", "name", "email"]
    target.write("telamon.toml", 'destructive = "allow"\n')
    ran = target.run("schema", "apply", "--to", "less.sql", "-u", target.url(), "--auto-approve")
    assert ran.code == 0, ran.err


def test_without_a_terminal_nobody_is_asked(target: Work) -> None:
    ran = target.run("schema", "apply", "--to", "more.sql", "-u", target.url())
    assert (ran.code, "ADD COLUMN" in ran.out, "--auto-approve" in ran.err) == (2, True, True)
    assert target.sql(COLUMNS) == ["id", "name", "email"]


def test_asks_on_a_terminal(target: Work) -> None:
    asked = ("schema", "apply", "--to", "more.sql", "-u", target.url())
    no = target.talk(*asked, answers="n")
    assert (no.code, "Apply? [y/N]:" in no.out, "Nothing was done." in no.out) == (0, True, True)
    assert target.sql(COLUMNS) == ["id", "name", "email"]
    yes = target.talk(*asked, answers="y")
    assert (yes.code, "Done: 1 statements" in yes.out) == (0, True)
    assert target.sql(COLUMNS) == ["id", "name", "email", "phone"]


def test_a_refused_statement_changes_nothing(target: Work) -> None:
    """The dev database has no such row; the target has."""
    target.sql("INSERT INTO person VALUES (2, NULL, NULL)")
    asked = (*APPLY, "-u", target.url(), "--auto-approve", "--allow-destructive")
    ran = target.run(*asked)
    assert ran.code == 1
    assert "contains null values" in ran.err
    assert "Nothing was changed." in ran.err
    assert target.sql(COLUMNS) == ["id", "name", "email"]
    assert target.sql("SELECT count(*) FROM attic") == [2]
    target.write("new.sql", NEW + "CREATE TABLE address (street text);\n")
    single = target.run(*asked, "--tx-mode", "none")
    assert (single.code, "Statement 1 stays." in single.err) == (1, True)
    assert target.sql("SELECT to_regclass('address') IS NOT NULL, to_regclass('attic') IS NOT NULL") == [(True, True)]
    target.sql("DELETE FROM person WHERE name IS NULL")
    assert target.run(*asked, "--tx-mode", "none").code == 0
    assert target.run(*asked).err == "Schema is synced, no changes to be made\n"


def test_bound_to_what_was_read(target: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody changes the target while the plan is looked at."""

    def late(*args: object, **kwargs: object) -> None:
        target.sql("ALTER TABLE person ADD COLUMN sneaky int")
        run_statements(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("telamon.declare.run_statements", late)
    ran = target.run("schema", "apply", "--to", "more.sql", "-u", target.url(), "--auto-approve")
    assert (ran.code, "has changed since the plan was made" in ran.err) == (6, True)
    assert target.sql(COLUMNS) == ["id", "name", "email", "sneaky"]


def test_another_run_holds_the_lock(target: Work) -> None:
    target.sql("SELECT pg_advisory_lock(2686470616)")
    ran = target.run(
        "schema", "apply", "--to", "more.sql", "-u", target.url(), "--auto-approve", "--lock-timeout", "100ms"
    )
    assert (ran.code, "another run holds the lock" in ran.err) == (5, True)


def test_patient_with_tables_in_use(target: Work) -> None:
    """It gives way, says who is there, and goes on; after the time given it stops with nothing done."""
    asked = ("schema", "apply", "--to", "more.sql", "-u", target.url(), "--auto-approve")
    with psycopg.connect(target.conninfo, application_name="report") as other:
        other.execute("SELECT * FROM person")
        ran = target.run(*asked, "--lock-retry", "100ms")
        assert (ran.code, "did not get its locks" in ran.err, "report" in ran.err) == (5, True, True)
        process = target.start(*asked)
        assert process.stderr is not None
        assert any("a lock was not free" in line for line in process.stderr)
        other.rollback()
        assert process.wait(timeout=30) == 0
        process.stderr.close()
        assert process.stdout is not None
        process.stdout.close()
    assert "phone" in target.sql(COLUMNS)


def test_killed(target: Work) -> None:
    """Whatever the moment, the target is as before or as wanted, and the next run works."""
    states = (["id", "name", "email"], ["id", "name", "email", "phone"])
    for delay in (0.5, 0.9, 1.3, 1.7):
        process = target.start("schema", "apply", "--to", "more.sql", "-u", target.url(), "--auto-approve")
        time.sleep(delay)
        process.kill()
        process.communicate()
        assert target.sql(COLUMNS) in states
        target.sql("ALTER TABLE person DROP COLUMN IF EXISTS phone")
    assert target.run("schema", "apply", "--to", "old.sql", "-u", target.url(), "--auto-approve").code == 0


def test_renames(target: Work) -> None:
    target.write("renamed.sql", OLD.replace("email", "mail"))
    asked = ("schema", "apply", "--to", "renamed.sql", "-u", target.url(), "--auto-approve")
    open_question = target.run(*asked)
    assert (open_question.code, open_question.out) == (2, "")
    assert "--rename column:public.person.email=mail" in open_question.err
    assert "--no-rename" in open_question.err
    ran = target.run(*asked, "--rename", "column:person.email=mail")
    assert (ran.code, "RENAME COLUMN" in ran.out) == (0, True), ran.err


def test_role(target: Work) -> None:
    """What is made belongs to the role; a role that may not is told so."""
    target.sql("CREATE ROLE keeper; GRANT CREATE ON SCHEMA public TO keeper")
    try:
        target.write("extra.sql", OLD + "CREATE TABLE extra (id int);\n")
        ran = target.run(
            "schema", "apply", "--to", "extra.sql", "-u", target.url(), "--auto-approve", "--role", "keeper"
        )
        assert ran.code == 0, ran.err
        assert target.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'extra'") == ["keeper"]
        ran = target.run(
            "schema", "apply", "--to", "more.sql", "-u", target.url(), "--auto-approve", "--role", "keeper",
            "--exclude", "extra", "--exclude", "table:public.extra",
        )  # fmt: skip
        assert (ran.code, "must be owner" in ran.err, "--role" in ran.err) == (1, True, True)
    finally:
        target.sql("DROP OWNED BY keeper; DROP ROLE keeper")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "new.sql"), 2, "Which database?"),
        (("-u", "{url}"), 2, "No desired schema is given"),
        (("--to", "absent.sql", "-u", "{url}"), 2, "absent.sql"),
        (("--to", "bad.sql", "-u", "{url}"), 1, "bad.sql:2"),
        (("--to", "new.sql", "-u", "mysql://me:secret@h/x"), 2, "not a PostgreSQL URL"),
        (("--to", "new.sql", "-u", "postgres://me:secret@127.0.0.1:1/x"), 1, "cannot be reached"),
        (("--to", "new.sql", "-u", "{url}", "--role", "nobody_here"), 1, "cannot act as role"),
        (("--to", "new.sql", "-u", "{url}", "--lock-timeout", "soon"), 2, "not a duration"),
        (("--to", "new.sql", "-u", "{url}", "--env", "prod"), 2, "prod"),
    ],
)
def test_bad_input(target: Work, arguments: tuple[str, ...], code: int, words: str) -> None:
    target.write("bad.sql", "CREATE TABLE a (id int);\nCREATE TABEL b ();\n")
    given = [word.replace("{url}", target.url()) for word in arguments]
    ran = target.run("schema", "apply", "--auto-approve", "--allow-destructive", *given)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "secret" not in ran.err
    assert target.sql("SELECT count(*) FROM attic") == [2]


def test_partitions_made_beside_the_model_stay(target: Work) -> None:
    """A live database has partitions for months that no file lists: they are named and left alone."""
    model = "CREATE TABLE event (day date NOT NULL) PARTITION BY RANGE (day);\n"
    target.write("event.sql", model)
    target.sql(model)
    target.sql("CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')")
    ran = target.run("schema", "diff", "--from", target.url(), "--to", "event.sql")
    assert (ran.code, "event" in ran.out) == (0, False)
    assert "table public.event_1 (made outside of the desired schema, left alone)" in ran.err


def test_privileges_that_a_service_gave_stay(target: Work) -> None:
    """Of the privileges on PostgreSQL's own objects only those change that the model names."""
    target.write("model.sql", "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;\n")
    target.sql("GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO PUBLIC")
    arguments = ("schema", "apply", "--to", "model.sql", "--auto-approve", "--allow-destructive")
    ran = target.run(*arguments, "--url", target.url())
    assert ran.code == 0, ran.err
    assert "pg_sleep" in ran.out and "waldir" not in ran.out
    assert "system grant on function pg_catalog.pg_ls_waldir() to PUBLIC (made outside" in ran.err
    assert target.sql("SELECT has_function_privilege('pg_monitor', 'pg_sleep(float8)', 'execute')") == [False]
    assert target.run(*arguments, "--url", target.url()).out == ""
