"""PG101: an index is built without CONCURRENTLY."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint import online
from telamon.lint.look import built
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes built inside a transaction: CONCURRENTLY could not be."""
    for index in built(seen, ctx):
        message = f'Building index "{index.name}" blocks all writes to table "{seen.title(index.of)}" until it is done'
        yield Hit(message, online.told(online.index(seen, index)))


RULE = Rule(
    code="PG101",
    name="create-index-concurrently",
    analyzer="concurrent_index",
    severity="warning",
    meaning="An index is built on an existing table without CONCURRENTLY.",
    why="CREATE INDEX holds a SHARE lock while it reads the whole table: every INSERT, UPDATE and DELETE waits",
    instead="CREATE INDEX CONCURRENTLY, in a file of its own with `-- atlas:txmode none`.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a);"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    ),
    judge=judge,
    peers=("L1",),
)
