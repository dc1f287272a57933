"""TL209: all rows of a table are written."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import nodes
from telamon.rows import ROWS


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """UPDATE and DELETE without a condition, and programs that wrote every row that was there."""
    for kind, verb in (("UpdateStmt", "updates"), ("DeleteStmt", "deletes")):
        if seen.node is None or seen.command not in ("update_stmt", "delete_stmt"):
            break
        for node in nodes(seen.node, kind):
            tables = [each.of for each in seen.written if ctx.live_table(each.of)]
            if not node.HasField("where_clause") and tables:
                yield Hit(f'This {verb} all rows of table "{node.relation.relname}" at once')
    if seen.command in ("do_stmt", "call_stmt", "select_stmt"):
        many = (each.of for each in seen.written if ctx.live_table(each.of) and each.updated + each.deleted >= ROWS)
        for oid in seen.whole(many):
            yield Hit(f'This program writes all rows of table "{seen.title(oid)}" at once')


RULE = Rule(
    code="TL209",
    name="all-rows-at-once",
    analyzer="data_write",
    severity="warning",
    meaning="All rows of a table are updated or deleted in one statement.",
    why="Every row stays locked until the end of the file, the table doubles in size, and replicas fall behind",
    instead="In batches, each in a transaction of its own, outside of the migration.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "UPDATE t SET a = '';"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "UPDATE t SET a = '' WHERE id = 1;"),
    judge=judge,
    peers=("C9",),
)
