"""MF104: rows may hold NULL."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that become NOT NULL while nothing proves that they hold no NULL."""
    for before, after in seen.altered(Column):
        table = ctx.live_table(after.of)
        if (
            table
            and ctx.live_column(after.of, after.oid)
            and not before.not_null
            and after.not_null
            and seen.read(after.of)
            and not seen.handed_down(after.of)
        ):
            message = (
                f'Modifying nullable column "{after.name}" of table "{table.title}" to non-nullable might '
                "fail in case it contains NULL values"
            )
            yield Hit(message, f"-- see first:\nSELECT count(*) FROM {table.sql} WHERE {ident(after.name)} IS NULL;")


RULE = Rule(
    code="MF104",
    name="not-null-on-existing-data",
    analyzer="data_depend",
    severity="warning",
    meaning="A column that may hold NULL becomes NOT NULL.",
    why="The migration fails where there is a NULL, and code that still writes NULL fails afterwards",
    instead="Fill the column, prove it by a CHECK that is validated, then set NOT NULL.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        (
            "ALTER TABLE t ADD CONSTRAINT t_a_not_null CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t "
            "VALIDATE CONSTRAINT t_a_not_null; ALTER TABLE t ALTER COLUMN a SET NOT NULL;"
        ),
    ),
    judge=judge,
    peers=("L12",),
)
