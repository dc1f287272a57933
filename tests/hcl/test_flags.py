"""Atlas's flags, templates and commands: taken, or refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from telamon.errors import UsageError
from telamon.forms import form_of

from .conftest import Repository


@pytest.mark.parametrize(
    ("template", "forms", "wanted"),
    [
        ("json", ("text", "json"), "json"),
        ("{{ json . }}", ("text", "json"), "json"),
        ("{{json .}}\\n", ("text", "json"), "json"),
        ('{{- json . "  " -}}', ("text", "json"), "json"),
        ('{{ sql . "  " }}', ("sql", "json"), "sql"),
        ("{{ sql . }}", ("text", "json"), "text"),
        ("{{ json .Applied }}", ("text", "json"), None),
        ('{{ sql . "--" }}', ("sql", "json"), None),
        ("{{ range . }}{{ end }}", ("text", "json"), None),
        ("{{ mermaid . }}", ("sql", "json"), None),
        ("xml", ("text", "json"), None),
    ],
)
def test_templates(template: str, forms: tuple[str, ...], wanted: str | None) -> None:
    assert form_of(template, forms) == wanted


@pytest.fixture
def migrated(repository: Repository) -> Repository:
    """A repository with a migration and an atlas.hcl."""
    repository.write("migrations/1_a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
    repository.seal("migrations")
    repository.write("schema.sql", "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int);\n")
    repository.write(
        "atlas.hcl",
        'env "local" {\n src = "file://schema.sql"\n mine = "file://schema.sql"\n migration {\n'
        '  dir = "file://migrations"\n }\n}\n',
    )
    return repository


REFUSED = (
    ("migrate push --tag v1 name", "There is no registry"),
    ("login --token x", "There is no account"),
    ("schema fmt schema.hcl", "HCL schemas"),
    ("schema plan --to file://schema.sql", "--dry-run"),
    ("migrate diff x --dry-run", "telamon schema diff"),
    ("migrate hash --dir-format goose", "telamon migrate import"),
    ("migrate status --url mysql://h/d", "postgres://"),
    ("migrate validate --dev-url sqlite://dev", "PostgreSQL only"),
    ("migrate validate --dev-url docker://mysql/8/dev", "PostgreSQL only"),
    ("migrate diff --to sqlite://x", "PostgreSQL only"),
    ("migrate diff --to env://src", "Give --env"),
    ("migrate status --var nonsense", "name=value"),
    ("migrate diff --env local --dev-url postgres://h/d?search_path=app", "--schema app"),
    ("migrate status --url postgres://h/d --format {{.Env}}", "jq"),
    ("schema apply --env local --plan", "--dry-run"),
)


def test_what_is_not_there_is_refused_in_words(migrated: Repository) -> None:
    before = sorted(os.listdir(migrated.folder / "migrations"))
    for arguments, words in REFUSED:
        ran = migrated.run(*arguments.split(" "))
        assert ran.code == 2 and words in ran.err, (arguments, ran)
    assert sorted(os.listdir(migrated.folder / "migrations")) == before


def test_flags_that_have_nothing_to_do(migrated: Repository) -> None:
    migrated.fine("migrate", "hash", "--force", "--dir-format", "atlas", "--dir", "file://migrations?format=atlas")
    migrated.fine("migrate", "new", "--dir-format", "atlas", "--env", "local", "next")
    assert "telamon" in migrated.fine("version").out


def test_states_of_the_environment(migrated: Repository) -> None:
    """`env://` names what the environment says."""
    shown = migrated.fine(
        "schema", "diff", "--env", "local", "--from", "env://migration.dir", "--to", "env://mine",
        "--format", '{{ sql . "  " }}', "--exclude", "*.c[type=table],*.d",
    )  # fmt: skip
    assert 'CREATE TABLE "public"."b"' in shown.out and '"a"' not in shown.out
    assert "mine is read by env://mine only" in shown.err


def test_a_migration_is_edited_before_it_is_used(migrated: Repository) -> None:
    """`--edit` opens what was written, and seals it."""
    editor = migrated.write("editor.sh", "#!/bin/sh\necho '-- seen' >> \"$1\"\n")
    editor.chmod(0o755)
    migrated.environment = {"EDITOR": str(editor), "VISUAL": str(editor)}
    migrated.fine("migrate", "diff", "b", "--env", "local", "--edit", "--lock-timeout", "5s")
    [written] = [file for file in sorted((migrated.folder / "migrations").glob("*.sql")) if "_b" in file.name]
    assert written.read_text().endswith("-- seen\n")
    migrated.fine("migrate", "new", "c", "--env", "local", "--edit")
    assert all("-- seen" in file.read_text() for file in Path(migrated.folder, "migrations").glob("2*.sql"))
    migrated.fine("migrate", "validate", "--env", "local", "--no-replay")


def test_a_policy_leaves_changes_out(migrated: Repository) -> None:
    """What `diff.skip` names stays as it is, in the plan and in the proof."""
    migrated.write(
        "migrations/2_b.sql", "CREATE TYPE mood AS ENUM ('x'); CREATE TABLE gone (m mood, id int PRIMARY KEY);\n"
    )
    migrated.seal("migrations")
    policy = " diff {\n  skip {\n   drop_table = true\n   add_table = true\n  }\n }\n"
    migrated.write("atlas.hcl", f'env "local" {{\n src = "file://schema.sql"\n{policy}}}\n')
    assert "synced" in migrated.fine("migrate", "diff", "--env", "local").err
    migrated.write("atlas.hcl", 'env "local" {\n src = "file://schema.sql"\n}\n')
    ran = migrated.fine("migrate", "diff", "--env", "local", "--no-rename", "--qualifier", "")
    text = (migrated.folder / ran.out.strip()).read_text()
    assert 'DROP TABLE "public"."gone"' in text and 'DROP TYPE "public"."mood"' in text


def test_indexes_are_built_concurrently_where_the_policy_says_so(migrated: Repository) -> None:
    """On tables that are there already, and in a file without a transaction; it replays."""
    migrated.write("migrations/2_i.sql", "CREATE INDEX old ON a (id);\n")
    migrated.seal("migrations")
    migrated.write("schema.sql", "CREATE TABLE a (id int PRIMARY KEY); CREATE INDEX fresh ON a (id DESC);\n"
                                 "CREATE TABLE b (id int); CREATE INDEX b_id ON b (id);\n")  # fmt: skip
    policy = " diff {\n  concurrent_index {\n   create = true\n   drop = true\n  }\n }\n"
    migrated.write("atlas.hcl", f'env "local" {{\n src = "file://schema.sql"\n{policy}}}\n')
    ran = migrated.fine("migrate", "diff", "--env", "local", "--no-rename")
    text = (migrated.folder / ran.out.strip()).read_text()
    assert text.startswith("-- atlas:txmode none\n\n")
    assert (
        'CREATE INDEX CONCURRENTLY "fresh" ON "public"."a"' in text and 'DROP INDEX CONCURRENTLY "public"."old"' in text
    )
    assert 'CREATE INDEX "b_id"' in text
    assert "synced" in migrated.fine("migrate", "diff", "--env", "local").err
    migrated.fine("migrate", "apply", "--env", "local", "--url", migrated.url(), "--tx-mode", "file")
    assert set(migrated.rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")) == {
        "a_pkey",
        "fresh",
        "b_id",
    }


def test_variables_are_for_atlas_hcl_only(migrated: Repository) -> None:
    from telamon.project import load_project

    migrated.write("telamon.toml", "[env.local]\n")
    with pytest.raises(UsageError, match="--var is for"):
        load_project(str(migrated.folder / "telamon.toml"), "local", {"a": ("b",)})


def test_the_lint_block_says_which_files(migrated: Repository) -> None:
    """As in Atlas; a flag goes before it. What of it is not used is said, with its line."""
    migrated.write("migrations/2_b.sql", "DROP TABLE a;\n")
    migrated.write("migrations/3_c.sql", "CREATE TABLE c (id int PRIMARY KEY);\n")
    migrated.seal("migrations")
    migrated.write(
        "atlas.hcl",
        "lint {\n  latest = 2\n  review = ALWAYS\n  concurrent_index {\n    check_create = true\n  }\n}\n"
        'env "local" {\n}\n',
    )
    ran = migrated.run("migrate", "lint", "--env", "local")
    assert "2 files" in ran.out and "2_b.sql" in ran.out, ran.out + ran.err
    assert "atlas.hcl:3: review is not used" in ran.err and "atlas.hcl:5: check_create is not used" in ran.err
    assert "1 file" in migrated.run("migrate", "lint", "--env", "local", "--latest", "1").out
    migrated.write("atlas.hcl", 'lint {\n  git {\n    base = "nowhere"\n    dir = "."\n  }\n}\nenv "local" {\n}\n')
    ran = migrated.run("migrate", "lint", "--env", "local")
    assert ran.code == 2 and "nowhere" in ran.err and "atlas.hcl:4: dir is not used" in ran.err
