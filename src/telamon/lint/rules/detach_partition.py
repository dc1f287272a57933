"""TL122: a partition is detached under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE, alter
from telamon.lint.observed import BLOCKS_ALL, Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables that are no partitions any more, and were detached in a transaction."""
    for before, after in seen.altered(Relation):
        if seen.transactional and ctx.live_table(after.oid) and before.partition and not after.partition:
            parents = [lock.of for lock in seen.locks if lock.strength == BLOCKS_ALL and lock.of != after.oid]
            parent = next((oid for oid in parents if seen.after.relations[oid].kind == "p"), None)
            rewrite = f"{ALONE}{alter(seen, parent)} DETACH PARTITION {after.sql} CONCURRENTLY;" if parent else ""
            yield Hit(f'Detaching partition "{after.title}" locks its whole table against reads and writes', rewrite)


RULE = Rule(
    code="TL122",
    name="detach-partition",
    analyzer="lock",
    severity="warning",
    meaning="A partition is detached without CONCURRENTLY.",
    why="The partitioned table is locked with ACCESS EXCLUSIVE: all its partitions stop",
    instead="DETACH PARTITION ... CONCURRENTLY (PostgreSQL 14), in a file of its own with `-- atlas:txmode none`.",
    bad=Example(
        ("CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (10);"),
        "ALTER TABLE p DETACH PARTITION t;",
    ),
    good=Example(
        ("CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (10);"),
        "-- atlas:txmode none\n\nALTER TABLE p DETACH PARTITION t CONCURRENTLY;",
    ),
    judge=judge,
    peers=("L22",),
)
