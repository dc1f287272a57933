"""MF103: a column without default must not be null."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import alter, new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """NOT NULL columns that nothing fills, in tables that have rows."""
    for relation, column in new_columns(seen):
        filled = column.default or column.identity or column.generated
        if ctx.live_table(relation.oid) and column.not_null and not filled:
            message = (
                f'Adding a non-nullable "{column.type}" column "{column.name}" will fail in case table '
                f'"{relation.title}" is not empty'
            )
            yield Hit(message, _steps(seen, column))


def _steps(seen: Observed, column: Column) -> str:
    head = f"{alter(seen, column.of)} ADD COLUMN {ident(column.name)} {column.type}"
    return f"{head};\n-- fill it in batches, then in a later file set NOT NULL by a CHECK (PG303)"


RULE = Rule(
    code="MF103",
    name="required-column",
    analyzer="data_depend",
    severity="error",
    meaning="A NOT NULL column without a default is added to an existing table.",
    why="It fails as soon as the table has a row; and code that still runs does not fill the column",
    instead="Add it without NOT NULL or with a constant default, fill it in batches, and set NOT NULL later.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int NOT NULL;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 0;"),
    judge=judge,
    peers=("L13",),
)
