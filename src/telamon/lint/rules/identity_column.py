"""PG310: a column that counts is added."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Identity and serial columns that made the server write all rows anew."""
    for relation, column in new_columns(seen):
        counts = column.identity or column.default.startswith("nextval(")
        if ctx.live_table(relation.oid) and counts and seen.rewrote(relation.oid):
            noun = "identity" if column.identity else "serial"
            yield Hit(f'Adding the {noun} column "{column.name}" rewrites table "{relation.title}"')


RULE = Rule(
    code="PG310",
    name="add-identity-column",
    analyzer="data_rewrite",
    severity="warning",
    meaning="An identity or serial column is added to an existing table.",
    why="Every row gets a number: all are written anew under ACCESS EXCLUSIVE",
    instead="Add a plain column, fill it in batches from a sequence, then make it identity.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD COLUMN b bigint GENERATED ALWAYS AS IDENTITY;",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b bigint;"),
    judge=judge,
    peers=("L15",),
)
