"""TL205: a table is emptied."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables of before this release whose rows are gone."""
    named = ["truncated"] if seen.command == "truncate_stmt" else []
    tables = [oid for oid in (seen.rewritten + seen.emptied if named else seen.emptied) if ctx.live_table(oid)]
    for oid in seen.whole(oid for oid in tables if ctx.base.relations[oid].kind == "r"):
        yield Hit(f'All rows of table "{seen.title(oid)}" are deleted')


RULE = Rule(
    code="TL205",
    name="truncate",
    analyzer="destructive",
    severity="error",
    meaning="A table is truncated.",
    why=(
        "Its rows are lost for good, those of tables that refer to it with CASCADE too, and it is "
        "locked against reads meanwhile"
    ),
    instead="Delete what must go by a condition, in batches and outside of migrations.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "TRUNCATE t;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "DELETE FROM t WHERE id = 1;"),
    judge=judge,
    peers=("C5",),
)
