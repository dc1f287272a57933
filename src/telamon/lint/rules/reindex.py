"""TL103: indexes are rebuilt under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE, titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """REINDEX inside a transaction: indexes in new files that no change of theirs explains."""
    if seen.command != "reindex_stmt" or not seen.transactional:
        return
    old = {index.oid: index.file for relation in seen.before.relations.values() for index in relation.indexes.values()}
    for relation in seen.after.relations.values():
        rebuilt = [index for index in relation.indexes.values() if old.get(index.oid, index.file) != index.file]
        if rebuilt and ctx.live_table(relation.oid):
            names = titled(index.name for index in rebuilt)
            rewrite = "\n".join(f"REINDEX INDEX CONCURRENTLY {index.sql};" for index in rebuilt)
            message = f'Rebuilding index {names} blocks writes to table "{relation.title}", and reads that would use it'
            yield Hit(message, ALONE + rewrite)


RULE = Rule(
    code="TL103",
    name="reindex-concurrently",
    analyzer="concurrent_index",
    severity="warning",
    meaning="REINDEX without CONCURRENTLY.",
    why="The table cannot be written while its indexes are rebuilt, and queries that would use them wait",
    instead="REINDEX ... CONCURRENTLY, in a file of its own with `-- atlas:txmode none`.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "REINDEX TABLE t;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "-- atlas:txmode none\n\nREINDEX TABLE CONCURRENTLY t;"
    ),
    judge=judge,
    peers=("L3",),
)
