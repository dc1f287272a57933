"""TL318: an index has a made-up name."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes over expressions, with a condition or several columns, without a name."""
    if seen.command == "index_stmt":
        node = seen.node.index_stmt
        complex = (
            len(node.index_params) > 1
            or node.HasField("where_clause")
            or any(not each.index_elem.name for each in node.index_params)
        )
        if complex and not node.idxname:
            yield Hit(f'The index of table "{node.relation.relname}" has no name of its own')


RULE = Rule(
    code="TL318",
    name="unnamed-index",
    analyzer="naming",
    severity="info",
    meaning="An index over expressions, several columns or some rows has no name.",
    why="Two servers may make up different names, and later migrations have to guess it",
    instead="Give it a name.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX ON t (lower(a));"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a_lower ON t (lower(a));"),
    judge=judge,
    live=False,
    peers=("Y16",),
)
