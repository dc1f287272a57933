"""PG303: SET NOT NULL reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.online import not_null, told
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column, Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that become NOT NULL by reading the table; not where a CHECK proves it, or a primary key asks for it."""
    keyed = {(each.of, number) for each in seen.created(Constraint) if each.type == "p" for number in each.columns}
    for before, after in seen.altered(Column):
        table = ctx.live_table(after.of)
        if table is None or before.not_null or not after.not_null or (after.of, after.oid) in keyed:
            continue
        if seen.read(after.of) and not seen.handed_down(after.of):
            message = (
                f'Setting column "{after.name}" of table "{table.title}" NOT NULL reads the whole table '
                "under ACCESS EXCLUSIVE"
            )
            yield Hit(message, told(not_null(table, after)))


RULE = Rule(
    code="PG303",
    name="set-not-null",
    analyzer="data_scan",
    severity="warning",
    meaning="A column is set NOT NULL and nothing proves it already.",
    why="The whole table is read under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile",
    instead=(
        "A CHECK (column IS NOT NULL) NOT VALID, validated in the next file, lets SET NOT NULL pass without reading."
    ),
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); ALTER TABLE t ADD CHECK (a IS NOT NULL);",
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
    ),
    judge=judge,
    peers=("L12",),
)
