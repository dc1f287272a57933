"""Reference data: rows that files declare are diffed into migrations as the schema is, proved and sealed."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from telamon.dev import Dev
from tests.commands import Place, Ran, place, server
from tests.scaffold.test_start import url_of

__all__ = ["place", "server"]

SCHEMA = """
CREATE TABLE status (code text PRIMARY KEY, label text NOT NULL, place int NOT NULL, made timestamptz DEFAULT now());
CREATE TABLE mapping (
    system text, theirs text, ours text NOT NULL REFERENCES status, tags text[], PRIMARY KEY (system, theirs)
);
CREATE TABLE tickets (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL REFERENCES status);
"""
STATUS = 'code,label,place\nopen,Open,1\ndone,"Done, ""really""",2\n'
MAPPING = """
mapping:
- {system: hub, theirs: "1", ours: open, tags: [a, b]}
- {system: hub, theirs: "2", ours: done, tags: null}
"""


@pytest.fixture
def project(place: Place) -> Place:
    """A project whose first migration has two tables with their rows."""
    place.write("telamon.toml", 'src = ["schema.sql", "rows://reference"]\n')
    place.write("schema.sql", SCHEMA)
    place.write("reference/status.csv", STATUS)
    place.write("reference/a_mapping.yaml", MAPPING)
    assert place.run("migrate", "diff", "first").code == 0
    return place


def newest(place: Place) -> str:
    """The text of the newest migration."""
    return max((place.folder / "migrations").glob("*.sql")).read_text()


def diff(place: Place, *arguments: str) -> str:
    """Writes the next migration, which has to lead to where nothing is left to do; its text."""
    ran = place.run("migrate", "diff", "next", *arguments)
    assert ran.code == 0, ran.err
    again = place.run("migrate", "diff", "again")
    assert (again.code, again.out) == (0, "") and "synced" in again.err
    return newest(place)


def test_rows_come_after_what_they_reference(project: Place, server: Dev) -> None:
    """In the order of the file, with the values that the server reads; a second run finds nothing."""
    text = newest(project)
    assert text.endswith(
        """-- Insert rows into table status
INSERT INTO "public"."status" ("code", "label", "place") VALUES
  ('open', 'Open', 1),
  ('done', 'Done, "really"', 2);
-- Insert rows into table mapping
INSERT INTO "public"."mapping" ("system", "theirs", "ours", "tags") VALUES
  ('hub', '1', 'open', '{a,b}'),
  ('hub', '2', 'done', NULL);
"""
    )
    assert project.run("migrate", "diff", "again").out == ""
    assert project.run("migrate", "validate").code == 0
    for path in (project.folder / "migrations").iterdir():
        path.unlink()
    assert project.run("migrate", "diff", "first").code == 0 and newest(project) == text


def test_rows_change(project: Place) -> None:
    project.write("reference/status.csv", "code,label,place\nopen,Opened,1\ngone,,3\n".replace(",,", ',"",'))
    project.write("reference/a_mapping.yaml", MAPPING.replace("done", "gone").replace("tags: null", "tags: []"))
    ran = project.run("migrate", "diff", "next")
    assert ran.code == 0, ran.err
    assert "Hazard: this migration loses row done in table status" in ran.err
    assert newest(project) == (
        """-- Update row open in table status
UPDATE "public"."status" SET "label" = 'Opened' WHERE "code" = 'open';
-- Insert row gone in table status
INSERT INTO "public"."status" ("code", "label", "place") VALUES
  ('gone', '', 3);
-- Update row hub, 2 in table mapping
UPDATE "public"."mapping" SET "ours" = 'gone', "tags" = '{}' WHERE "system" = 'hub' AND "theirs" = '2';
-- Delete row done in table status
-- Hazard: this loses row done in table status
DELETE FROM "public"."status" WHERE "code" = 'done';
"""
    )


def test_rows_and_their_table_change_together(project: Place) -> None:
    """A column is filled before it must not be null; what a new check would refuse is gone before; a new enum value."""
    schema = SCHEMA.replace("place int NOT NULL", "place bigint NOT NULL CHECK (place > 5), final boolean NOT NULL")
    project.write("schema.sql", schema.replace("ours text NOT NULL REFERENCES status", "ours text NOT NULL"))
    project.write("reference/status.csv", "code,label,place,final\nopen,Open,10,false\n")
    text = diff(project)
    order = ("ADD COLUMN", "DELETE", "UPDATE", "SET NOT NULL")
    places = [text.index(word) for word in order]
    assert places[0] < places[2] < places[3] and places[1] < text.index("ADD CONSTRAINT"), text


def test_a_foreign_key_to_new_rows_waits_for_them(project: Place) -> None:
    """Rows that are there already may need them."""
    project.write("schema.sql", SCHEMA + "CREATE TABLE notes (kind text NOT NULL);")
    diff(project)
    project.write(
        "schema.sql", SCHEMA + "CREATE TABLE kinds (kind text PRIMARY KEY); CREATE TABLE notes (kind text NOT NULL"
        " REFERENCES kinds);",
    )  # fmt: skip
    project.write("reference/kinds.json", '[{"kind": "plain"}]')
    text = diff(project)
    assert text.index("INSERT INTO") < text.index('ADD CONSTRAINT "notes_kind_fkey"')


def test_the_rows_of_the_proof_stay_out(project: Place) -> None:
    """It makes up rows for the tables that change, and for those that they reference."""
    project.write("schema.sql", SCHEMA.replace("TABLE tickets (", "TABLE tickets (note text,"))
    assert diff(project) == (
        '-- Add column note to table tickets\nALTER TABLE "public"."tickets" ADD COLUMN "note" text;\n'
    )


def test_rows_of_an_older_form_of_the_table(place: Place) -> None:
    """Rows that a migration wrote by hand are found when their table is declared; new columns are filled."""
    place.migrations(v1_a="CREATE TABLE kinds (kind text PRIMARY KEY); INSERT INTO kinds VALUES ('a'), ('b'), ('c');")
    place.write("schema.sql", "CREATE TABLE kinds (kind text PRIMARY KEY, label text NOT NULL);")
    place.write("kinds.csv", "kind,label\na,A\nb,B\nd,D\n")
    place.write("telamon.toml", 'src = ["schema.sql", "rows://kinds.csv"]\n')
    text = diff(place)
    assert text.count("UPDATE") == 2 and text.count("DELETE FROM") == 1 and text.count("INSERT") == 1, text


def test_rows_of_a_renamed_table_stay(project: Place) -> None:
    project.write("schema.sql", SCHEMA.replace("TABLE mapping", "TABLE translation"))
    project.write("reference/a_mapping.yaml", MAPPING.replace("mapping:", "translation:"))
    text = diff(project, "--rename", "table:mapping=translation")
    assert "INSERT" not in text and "DELETE" not in text


def test_rows_in_sql_reference_each_other(place: Place) -> None:
    """Within one table, too; and in a table of another schema, whose identity is given."""
    place.write(
        "schema.sql",
        'CREATE SCHEMA "Odd"; CREATE TABLE "Odd"."Tree" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, '
        '"Name" text, above int REFERENCES "Odd"."Tree");',
    )
    place.write(
        "rows/tree.sql",
        """INSERT INTO "Odd"."Tree" (id, "Name", above) OVERRIDING SYSTEM VALUE VALUES (2, 'leaf', 1);
        INSERT INTO "Odd"."Tree" (id, "Name", above) OVERRIDING SYSTEM VALUE VALUES (1, 'root', NULL);""",
    )
    place.write("telamon.toml", 'src = ["schema.sql", "rows://rows/*.sql"]\n')
    text = diff(place)
    assert text.index("root") < text.index("leaf") and 'INSERT INTO "Odd"."Tree"' in text
    place.write("rows/tree.sql", """INSERT INTO "Odd"."Tree" (id, "Name", above) VALUES (1, 'root', NULL);""")
    assert place.run("migrate", "diff", "x").code == 1  # the server says that OVERRIDING is missing


def applied(project: Place, url: str) -> Ran:
    """What `migrate apply` said."""
    return project.run("migrate", "apply", "--url", url)


def test_a_target(project: Place, server: Dev) -> None:
    """Changes of declared rows are drift; the others are the application's; both ways lead back."""
    with server.create() as database:
        url = url_of(database)
        assert applied(project, url).code == 0
        with psycopg.connect(database.conninfo, autocommit=True) as session:
            session.execute("UPDATE status SET made = 'epoch'; INSERT INTO tickets (status) VALUES ('open')")
            assert project.run("schema", "drift", "--url", url).code == 0
            session.execute("UPDATE status SET label = 'x' WHERE code = 'open'")
            session.execute("INSERT INTO status VALUES ('odd', 'Odd', 9)")
        ran = project.run("schema", "drift", "--url", url)
        assert (ran.code, ran.out) == (
            6,
            "row public.status.odd: not in the migrations\nrow public.status.open: other than in the migrations\n",
        )
        done = project.run("schema", "apply", "--url", url, "--auto-approve", "--allow-destructive")
        assert done.code == 0 and "row odd in table status" in done.err
        assert project.run("schema", "drift", "--url", url).code == 0
        other = project.run("schema", "apply", "--url", url, "--to", "schema.sql", "--dry-run")
        assert other.code == 0 and "synced" in other.err  # what says nothing of rows leaves them alone
        assert project.run("schema", "diff", "--from", url, "--to", "schema.sql").out == ""
        made = project.run("seed", "apply", "--url", url, "--fake", "5")
        assert made.out == "tickets: 4 made up\n", made.err  # and no other states
        project.write("reference/status.csv", STATUS + "late,Late,3\n")
        diff(project)
        assert applied(project, url).code == 0
        back = project.run("migrate", "down", "--url", url, "--auto-approve", "--allow-destructive")
        assert back.code == 0 and """DELETE FROM "public"."status" WHERE "code" = 'late'""" in back.out, back.err


WRONG = (
    ("status.csv", "code,label,place\nopen,Open,1,2\n", "reference/status.csv:2", "4 values stand under 3 columns"),
    ("status.csv", "code,,place\n", "reference/status.csv:1", "names its columns, each once"),
    ("status.csv", "code,label,place\nx,,1\n", "reference/status.csv:2", "null value in column"),
    ("status.csv", "code,label,place\nx,X,1\nx,Y,2\n", "reference/status.csv:3", "Key (code)=(x) already exists"),
    ("status.csv", "code,label,place\nx,X,many\n", "reference/status.csv:2", 'type integer: "many"'),
    ("statut.csv", "code\nx\n", "reference/statut.csv:2", 'relation "public.statut" does not exist'),
    ("status.json", '[{"code": "x"}, {"label": "y"}]', "status.json, row 2 of status", "the same columns"),
    ("status.json", '{"status": []}', "reference/status.json, status", "does not say which columns"),
    ("status.json", '["x"]', "reference/status.json, status", "list of rows"),
    ("status.yml", "- {code: [", "reference/status.yml:1", "not YAML"),
    ("status.sql", "DELETE FROM status", "reference/status.sql:1", "Only INSERT statements that name"),
    ("status.sql", "INSERT INTO status VALUES ('x', 'X', 1)", "reference/status.sql:1", "that name their columns"),
)


def test_what_cannot_be(project: Place) -> None:
    """Says file, line and value; writes nothing."""
    before = sorted(path.name for path in (project.folder / "migrations").iterdir())
    (project.folder / "reference" / "status.csv").unlink()
    (project.folder / "reference" / "a_mapping.yaml").unlink()
    for file, text, where, what in WRONG:
        path = project.write(f"reference/{file}", text)
        ran = project.run("migrate", "diff", "next")
        assert ran.code in (1, 2) and where in ran.err and what in ran.err, ran.err
        path.unlink()
    assert sorted(path.name for path in (project.folder / "migrations").iterdir()) == before


def test_triggers_see_the_rows(place: Place) -> None:
    """Wherever they stand: a file that has to wait for another one is executed before any row goes in."""
    place.write(
        "a.sql",
        "CREATE TRIGGER t BEFORE INSERT ON status FOR EACH ROW EXECUTE FUNCTION lowered();"
        "CREATE FUNCTION lowered() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.code := lower(NEW.code); RETURN NEW; END $$;",
    )
    place.write("b.sql", "CREATE TABLE status (code text PRIMARY KEY);")
    place.write("status.csv", "code\nOPEN\n")
    place.write("telamon.toml", 'src = ["rows://status.csv", "a.sql", "b.sql"]\n')
    assert "('open')" in diff(place)


def test_rows_without_a_key_and_none_at_all(place: Place, tmp_path: Path) -> None:
    place.write("schema.sql", "CREATE TABLE holidays (day date, note text);")
    place.write("rows/holidays.csv", "day,note\n2026-12-25,\n2026-12-26,b\n")
    place.write("telamon.toml", 'src = ["schema.sql", "rows://rows"]\n')
    diff(place)
    place.write("rows/holidays.csv", "day,note\n2026-12-26,c\n")
    text = diff(place)
    assert """WHERE "day" = '2026-12-25' AND "note" IS NULL""" in text
    place.write("rows/holidays.csv", "day,note\n2026-12-26,c\n2026-12-26,c\n")
    ran = place.run("migrate", "diff", "x")
    assert ran.code == 2 and "Two rows of holidays are alike" in ran.err
    (place.folder / "rows" / "holidays.csv").unlink()
    ran = place.run("migrate", "diff", "x")
    assert ran.code == 2 and "There are no rows" in ran.err


def test_new_databases_that_start_at_a_checkpoint_have_the_rows(project: Place) -> None:
    """And nothing is left to do for them."""
    ran = project.run("migrate", "checkpoint")
    assert ran.code == 0 and "Warning" not in ran.err, ran.err
    text = Path(ran.out.strip()).read_text()
    assert text.startswith("-- atlas:checkpoint") and text.count("INSERT INTO") == 2
    again = project.run("migrate", "diff", "again")
    assert (again.code, again.out) == (0, ""), again.err


def test_the_way_back_over_a_value_that_rows_hold(place: Place, server: Dev) -> None:
    """Two values of an enum go, with the rows that hold them; one in the middle comes back before its row does."""
    place.write("telamon.toml", 'src = ["schema.sql", "rows://reference"]\n')
    tables = "CREATE TABLE kinds (kind kind PRIMARY KEY);\nCREATE TABLE t (kind kind DEFAULT 'a' REFERENCES kinds);\n"
    for values, rows in (("'a', 'b', 'c'", "kind\na\nb\nc\n"), ("'a', 'c'", "kind\na\nc\n")):
        place.write("schema.sql", f"CREATE TYPE kind AS ENUM ({values});\n{tables}")
        place.write("reference/kinds.csv", rows)
        diff(place)
    with server.create() as database:
        url = url_of(database)
        assert place.run("migrate", "apply", "--url", url).code == 0
        back = place.run("migrate", "down", "--url", url, "--auto-approve")
        assert back.code == 0, back.err
        assert "ADD VALUE 'b' AFTER 'a'" in back.out and "__old" not in back.out
        assert place.run("schema", "drift", "--url", url).code == 0
        with database.connect() as connection:
            held = connection.execute("SELECT kind::text FROM kinds ORDER BY kind").fetchall()
        assert held == [("a",), ("b",), ("c",)]
