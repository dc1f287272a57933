"""PG302: a default that differs from row to row."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import alter, new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import computed
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns whose default made the server write all rows anew."""
    for relation, column in new_columns(seen):
        rewritten = ctx.live_table(relation.oid) and seen.rewrote(relation.oid)
        told = column.generated or column.default.startswith("nextval(")
        if rewritten and not told and computed(column.default):
            message = (
                f'Adding column "{column.name}" with the volatile default {column.default} rewrites table '
                f'"{relation.title}"'
            )
            head, name = alter(seen, relation.oid), ident(column.name)
            yield Hit(
                message,
                f"{head} ADD COLUMN {name} {column.type};\n{head} ALTER COLUMN {name} SET DEFAULT "
                f"{column.default};\n"
                "-- then fill the old rows in batches",
            )


RULE = Rule(
    code="PG302",
    name="volatile-default",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A column is added with a default that has to be computed for each row.",
    why="All rows are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile",
    instead="Add the column without default, set the default, and fill the old rows in batches.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b uuid DEFAULT gen_random_uuid();"
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b timestamptz DEFAULT now();"
    ),
    judge=judge,
    peers=("L14",),
)
