"""`migrate diff` as a user meets it: questions on a terminal, flags elsewhere, and everything that can be wrong."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from telamon.directory import Directory
from tests.schema.conftest import Work

OLD = "CREATE TABLE person (id int PRIMARY KEY, name text, mail text);\nCREATE TABLE attic (junk text);\n"
DIFF = ("migrate", "diff", "step", "--to", "schema.sql")


@pytest.fixture
def project(work: Work) -> Work:
    """A directory with one migration, and the schema that it leads to."""
    work.write("schema.sql", OLD)
    assert work.run("migrate", "diff", "first", "--to", "schema.sql").code == 0
    return work


def state(folder: Path) -> dict[str, bytes]:
    """The migration directory, file by file."""
    return {path.name: path.read_bytes() for path in sorted((folder / "migrations").iterdir())}


def newest(folder: Path) -> str:
    """The text of the newest migration."""
    return max((folder / "migrations").glob("*.sql")).read_text()


def test_a_migration(project: Work) -> None:
    project.write("schema.sql", OLD.replace("mail text", "mail text, phone text"))
    ran = project.run(*DIFF)
    assert ran.code == 0, ran.err
    assert re.fullmatch(r"migrations/\d{14}_step\.sql\n", ran.out)
    assert newest(project.folder) == (
        '-- Add column phone to table person\nALTER TABLE "public"."person" ADD COLUMN "phone" text;\n'
    )
    assert project.run("migrate", "validate").code == 0
    again = project.run(*DIFF)
    assert (again.code, again.out) == (0, "")
    assert "synced with the desired state" in again.err
    assert json.loads(project.run(*DIFF, "--format", "json").out) == {"file": None, "statements": 0}


def test_check_writes_nothing(project: Work) -> None:
    """Whether a migration is missing, by the exit code, with the plan; renames that nobody decided are only named."""
    check = ("migrate", "diff", "--check", "--to", "schema.sql")
    assert project.run(*check).code == 0
    project.write("schema.sql", OLD.replace("mail text", "email text"))
    before = state(project.folder)
    ran = project.run(*check)
    assert ran.code == 3 and 'ADD COLUMN "email" text' in ran.out
    assert "ahead of the migration directory" in ran.err and "Perhaps a rename: column public.person.mail" in ran.err
    found = json.loads(project.run(*check, "--format", "json").out)
    assert found["statements"] and found["losses"]
    assert state(project.folder) == before
    assert project.run(*DIFF, "--no-rename").code == 0 and project.run(*check).code == 0


def test_renames_need_an_answer(project: Work) -> None:
    project.write("schema.sql", OLD.replace("mail text", "email text").replace("attic", "loft"))
    before = state(project.folder)
    ran = project.run(*DIFF)
    assert (ran.code, ran.out) == (2, "")
    for flag in ("--rename table:public.attic=loft", "--rename column:public.person.mail=email", "--no-rename"):
        assert flag in ran.err
    assert state(project.folder) == before
    wrong = project.run(*DIFF, "--rename", "table:public.cellar=loft")
    assert (wrong.code, "cellar" in wrong.err) == (2, True)
    malformed = project.run(*DIFF, "--rename", "attic")
    assert (malformed.code, "table:old=new" in malformed.err) == (2, True)
    assert state(project.folder) == before
    done = project.run(*DIFF, "--rename", "table:attic=loft", "--rename", "column:person.mail=email")
    assert done.code == 0, done.err
    assert 'ALTER TABLE "public"."attic" RENAME TO "loft"' in newest(project.folder)
    assert "DROP" not in newest(project.folder)


def test_no_rename(project: Work) -> None:
    project.write("schema.sql", OLD.replace("mail text", "email text"))
    ran = project.run(*DIFF, "--no-rename")
    assert ran.code == 0, ran.err
    assert 'DROP COLUMN "mail"' in newest(project.folder)
    assert "this migration loses all values of column public.person.mail" in ran.err


def test_renames_are_asked_on_a_terminal(project: Work) -> None:
    """One answer a question: here the table was renamed, the column was not."""
    project.write("schema.sql", OLD.replace("mail text", "email text").replace("attic", "loft"))
    project.write("telamon.toml", 'destructive = "allow"\n')
    ran = project.talk(*DIFF, answers="yn")
    assert ran.code == 0, ran.out
    text = newest(project.folder)
    assert ('RENAME TO "loft"' in text, 'DROP COLUMN "mail"' in text) == (True, True)


def test_destructive_policies(project: Work) -> None:
    project.write("schema.sql", OLD.splitlines()[0])
    before = state(project.folder)
    for policy, code, words in (("refuse", 3, "the configuration refuses"), ("ask", 3, "no terminal")):
        project.write("telamon.toml", f'destructive = "{policy}"\n')
        ran = project.run(*DIFF)
        assert (ran.code, ran.out, words in ran.err, "public.attic" in ran.err) == (code, "", True, True)
        assert state(project.folder) == before
    no = project.talk(*DIFF, answers="n")
    assert ("Nothing was written." in no.out, state(project.folder)) == (True, before)
    yes = project.talk(*DIFF, answers="y")
    assert (yes.code, "DROP TABLE" in newest(project.folder)) == (0, True)


@pytest.mark.parametrize(
    ("schema", "arguments", "code", "words"),
    [
        ("CREATE TABLE a (\n  id int,\n  b txt\n);\n", (), 1, ("schema.sql:3", 'type "txt" does not exist')),
        ("CREATE TABEL a ();\n", (), 1, ("schema.sql:1", "syntax error", "CREATE TABEL a ();")),
        ("CREATE EXTENSION no_such_thing;\n", (), 1, ("no_such_thing", "dev install", "--dev-url", "PostgreSQL 1")),
        (OLD + "CREATE TABLE c ();\n", ("../escape",), 2, ("../escape",)),
        (OLD + "CREATE TABLE c ();\n", ("--dev-url", "oracle://x"), 2, ("cannot be understood",)),
        (OLD + "CREATE TABLE c ();\n", ("--dev-url", "postgres://me:secret@127.0.0.1:1/x"), 1, ("Check that",)),
        (OLD, ("--to", "absent.sql"), 2, ("absent.sql",)),
        (OLD + "CREATE TABLE c ();\n", ("--rename", "view:a=b"), 2, ("view:a=b",)),
    ],
)
def test_bad_input(project: Work, schema: str, arguments: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
    """An explained error, nothing on stdout, nothing written anywhere."""
    project.write("schema.sql", schema)
    before = state(project.folder)
    ran = project.run("migrate", "diff", *([] if arguments[:1] == ("../escape",) else ["step"]), "--to", "schema.sql",
                      *arguments)  # fmt: skip
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert all(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
    assert "secret" not in ran.err
    assert state(project.folder) == before
    assert not list(project.folder.parent.glob("*escape*"))


def test_a_tampered_directory(project: Work) -> None:
    first = next((project.folder / "migrations").glob("*.sql"))
    first.write_text(first.read_text() + "-- more\n")
    before = state(project.folder)
    project.write("schema.sql", OLD + "CREATE TABLE c ();\n")
    ran = project.run(*DIFF)
    assert (ran.code, ran.out, first.name in ran.err) == (3, "", True)
    ran = project.run("schema", "diff", "--from", "file://migrations", "--to", "file://schema.sql")
    assert (ran.code, ran.out, first.name in ran.err) == (3, "", True)
    assert state(project.folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written(project: Work) -> None:
    project.write("schema.sql", OLD + "CREATE TABLE c ();\n")
    folder, before = project.folder / "migrations", state(project.folder)
    folder.chmod(0o555)
    try:
        ran = project.run(*DIFF)
    finally:
        folder.chmod(0o755)
    assert (ran.code, ran.out, "migrations" in ran.err) == (1, "", True)
    assert state(project.folder) == before


def test_a_directory_that_cannot_be_made(work: Work) -> None:
    """The place is taken by a file; even root cannot write there."""
    work.write("schema.sql", OLD)
    work.write("taken", "")
    for where in ("taken", "taken/migrations"):
        ran = work.run("migrate", "diff", "first", "--to", "schema.sql", "--dir", where)
        assert ran.code in (1, 2)
        assert "taken" in ran.err


def test_killed(project: Work) -> None:
    """Whatever the moment, the directory is as before or complete, with a right sum; and the next run works."""
    before = state(project.folder)
    for round_, delay in enumerate((0.3, 0.6, 0.9, 1.1, 1.3, 1.5)):
        project.write("schema.sql", OLD + f"CREATE TABLE c{round_} (c{round_} int);\n")
        process = project.start(*DIFF)
        time.sleep(delay)
        process.kill()
        process.communicate()
        Directory.read(project.folder / "migrations").check()
        if state(project.folder) != before:
            break
    project.write("schema.sql", OLD + "CREATE TABLE last (last text);\n")
    ran = project.run(*DIFF)
    assert ran.code == 0, ran.err
    assert project.run("migrate", "validate").code == 0
