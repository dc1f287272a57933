"""PG309: a stored generated column."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import alter, new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Stored generated columns that made the server write all rows anew."""
    for relation, column in new_columns(seen):
        if ctx.live_table(relation.oid) and column.generated == "s":
            message = f'Adding the stored generated column "{column.name}" rewrites table "{relation.title}"'
            yield Hit(
                message,
                f"{alter(seen, relation.oid)} ADD COLUMN {ident(column.name)} {column.type};\n-- filled "
                "by a trigger, and for old rows in batches",
            )


RULE = Rule(
    code="PG309",
    name="stored-generated-column",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A stored generated column is added to an existing table.",
    why="All rows are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile",
    instead=(
        "A plain column that a trigger fills, with old rows filled in batches; or a VIRTUAL column (PostgreSQL 18)."
    ),
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (id + 1) STORED;",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    peers=("L16",),
)
