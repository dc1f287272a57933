"""MF101: rows may not be as unique as they are to be."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import column_names, filled, listed, retyped, titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index
from telamon.lint.syntax import computed


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Unique indexes over columns that hold rows already, whose values no new column tells apart."""
    for index in seen.created(Index):
        table = ctx.live_table(index.of)
        if table is None or not index.unique or index.inherited or index.of in retyped(seen):
            continue
        keys = index.columns[: index.keys]
        old = [number for number in keys if ctx.live_column(index.of, number) or not number]
        new = [seen.column(index.of, number) for number in keys if number not in old]
        apart = any(column is None or not column.default or computed(column.default) for column in new)
        if not old or apart or _was_there(ctx, index) or not filled(seen, index):
            continue
        names = column_names(seen, index.of, old)
        what = f"column {titled(names)} contains" if len(names) == 1 else f"columns {titled(names)} contain"
        what = what if names else "its expression gives"
        message = (
            f'Adding a unique index "{index.name}" on table "{table.title}" might fail in case {what} duplicate entries'
        )
        yield Hit(message, _duplicates(seen, index) if names else "")


def _was_there(ctx: Context, index: Index) -> bool:
    """Whether an index by that name or over those columns was there: MF102's matter, or nothing new."""
    before = ctx.base.relations[index.of].indexes.values()
    return any(each.name == index.name or (each.unique and each.columns == index.columns) for each in before)


def _duplicates(seen: Observed, index: Index) -> str:
    """A query that finds what stands in the way."""
    columns = listed(seen, index.of, index.columns[: index.keys])
    return (
        f"-- see first:\nSELECT {columns}, count(*) FROM {seen.name(index.of)} GROUP BY {columns} HAVING count(*) > 1;"
    )


RULE = Rule(
    code="MF101",
    name="unique-on-existing-data",
    analyzer="data_depend",
    severity="warning",
    meaning="A unique index or constraint comes to columns that hold rows.",
    why=("The migration fails where there are duplicates, or leaves an invalid index behind if it works concurrently"),
    instead="Look for duplicates on the target first, and let a check at the head of the file say so.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE UNIQUE INDEX t_a ON t (a);"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a);"),
    judge=judge,
    peers=("C7",),
)
