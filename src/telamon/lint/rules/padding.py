"""PG110: the order of columns wastes room."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_tables
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column

_LEAST = 8
_ALIGNED = {"c": 1, "s": 2, "i": 4, "d": 8}


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """New tables whose columns could stand so that rows are shorter."""
    for table in new_tables(seen):
        columns = list(table.columns.values())
        best = sorted(columns, key=lambda column: (-_width(column) if column.length > 0 else 0, column.length < 0))
        now, then = _bytes(columns), _bytes(best)
        if now - then >= _LEAST:
            order = ", ".join(column.name for column in best)
            yield Hit(
                f'Each row of table "{table.title}" has {now - then} bytes of padding that this order saves: {order}'
            )


def _width(column: Column) -> int:
    return _ALIGNED[column.align]


def _bytes(columns: list[Column]) -> int:
    """How long a row is, with each value of varying length as short as it can be."""
    at = 0
    for column in columns:
        if column.length > 0:
            at += -at % _width(column) + column.length
        else:
            at += 1  # a short value has no alignment
    return at + -at % 8


RULE = Rule(
    code="PG110",
    name="column-padding",
    analyzer="padding",
    severity="info",
    meaning="The columns of a new table stand in an order that wastes room.",
    why="Values are aligned: a bigint after a boolean costs seven bytes in each row",
    instead="Wide columns of fixed length first, those of varying length last.",
    bad=Example("", "CREATE TABLE t (a boolean, b bigint, c boolean, d bigint);"),
    good=Example("", "CREATE TABLE t (b bigint, d bigint, a boolean, c boolean);"),
    judge=judge,
    live=False,
    peers=("Y14",),
)
