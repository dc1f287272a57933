"""PG102: an index is dropped without CONCURRENTLY."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE, retyped
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column, Constraint, Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes that go inside a transaction by themselves, not with their table, column or constraint."""
    behind = {constraint.index for constraint in seen.dropped(Constraint)}
    lost = {(column.of, column.oid) for column in seen.dropped(Column)}
    for index in seen.dropped(Index):
        table = ctx.live_table(index.of)
        if not seen.transactional or index.inherited or index.oid in behind or table is None:
            continue
        by_column = any((index.of, number) in lost for number in index.columns)
        if index.of in seen.after.relations and not by_column and index.of not in retyped(seen):
            message = f'Dropping index "{index.name}" locks table "{table.title}" against reads and writes'
            # The server drops no index of a partitioned table concurrently.
            plain = table.kind != "p"
            yield Hit(message, f"{ALONE}DROP INDEX CONCURRENTLY {index.sql};" if plain else "")


RULE = Rule(
    code="PG102",
    name="drop-index-concurrently",
    analyzer="concurrent_index",
    severity="warning",
    meaning="An index of an existing table is dropped without CONCURRENTLY.",
    why="DROP INDEX needs an ACCESS EXCLUSIVE lock on the table: while it waits, all others wait for it",
    instead="DROP INDEX CONCURRENTLY, in a file of its own with `-- atlas:txmode none`.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);", "DROP INDEX t_a;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);",
        "-- atlas:txmode none\n\nDROP INDEX CONCURRENTLY t_a;",
    ),
    judge=judge,
    peers=("L2",),
)
