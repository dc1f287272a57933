"""DS101: a schema is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Schemas that were there before this release; a database, which the dev server may not even have."""
    if seen.command == "dropdb_stmt":
        yield Hit(f'Dropping database "{seen.node.dropdb_stmt.dbname}"')
    for schema in seen.dropped(Thing):
        if schema.kind == "schema" and schema.oid in ctx.base.things["schema"]:
            tables = sum(each.is_table and each.schema == schema.name for each in seen.before.relations.values())
            what = f'non-empty schema "{schema.name}" with {tables} table{"s" if tables > 1 else ""}'
            yield Hit(f"Dropping {what}" if tables else f'Dropping schema "{schema.name}"')


RULE = Rule(
    code="DS101",
    name="drop-schema",
    analyzer="destructive",
    severity="error",
    meaning="A schema or a database is dropped.",
    why="Everything in it is lost, and code that names it fails at once",
    instead="Drop its tables one release after the last code that used them, and the schema when it is empty.",
    bad=Example("CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);", "DROP SCHEMA s CASCADE;"),
    good=Example("CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY);", "ALTER TABLE s.t SET SCHEMA public;"),
    judge=judge,
    peers=("C3",),
)
