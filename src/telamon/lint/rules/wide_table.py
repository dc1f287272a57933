"""TL321: a table has many columns."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column

_MOST = 50


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables that have more than fifty columns."""
    for oid in dict.fromkeys(column.of for column in seen.created(Column)):
        relation = seen.after.relations[oid]
        if relation.is_table and not relation.partition and len(relation.columns) > _MOST:
            yield Hit(f'Table "{relation.title}" has {len(relation.columns)} columns')


RULE = Rule(
    code="TL321",
    name="wide-table",
    analyzer="performance",
    severity="info",
    meaning="A table has more than fifty columns.",
    why="Every update writes the whole row anew, and few queries need all of it",
    instead="A second table for what is seldom used.",
    bad=Example(
        "",
        (
            "CREATE TABLE t (a0 int, a1 int, a2 int, a3 int, a4 int, a5 int, a6 int, a7 int, a8 int, "
            "a9 int, a10 int, a11 int, a12 int, a13 int, a14 int, a15 int, a16 int, a17 int, a18 int, "
            "a19 int, a20 int, a21 int, a22 int, a23 int, a24 int, a25 int, a26 int, a27 int, a28 int, "
            "a29 int, a30 int, a31 int, a32 int, a33 int, a34 int, a35 int, a36 int, a37 int, a38 int, "
            "a39 int, a40 int, a41 int, a42 int, a43 int, a44 int, a45 int, a46 int, a47 int, a48 int, "
            "a49 int, a50 int);"
        ),
    ),
    good=Example(
        "",
        (
            "CREATE TABLE t (a0 int, a1 int, a2 int, a3 int, a4 int, a5 int, a6 int, a7 int, a8 int, "
            "a9 int, a10 int, a11 int, a12 int, a13 int, a14 int, a15 int, a16 int, a17 int, a18 int, "
            "a19 int, a20 int, a21 int, a22 int, a23 int, a24 int, a25 int, a26 int, a27 int, a28 int, "
            "a29 int, a30 int, a31 int, a32 int, a33 int, a34 int, a35 int, a36 int, a37 int, a38 int, "
            "a39 int, a40 int, a41 int, a42 int, a43 int, a44 int, a45 int, a46 int, a47 int, a48 int, "
            "a49 int);"
        ),
    ),
    judge=judge,
    live=False,
    peers=("Y17",),
)
