"""TL121: attaching a partition reads it."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables that became partitions and were read for it, and default partitions that were read for a new one."""
    came = [after for before, after in seen.altered(Relation) if after.partition and not before.partition]
    for each in came:
        if ctx.live_table(each.oid) and seen.read(each.oid):
            yield Hit(f'Attaching partition "{each.title}" reads all of it under ACCESS EXCLUSIVE')
    for each in (*came, *(relation for relation in seen.created(Relation) if relation.partition)):
        beside = (oid for oid in seen.scanned if not seen.within(oid, each.oid) and seen.within(oid, each.parent))
        for oid in filter(ctx.live_table, beside):
            yield Hit(f'New partition "{each.title}" reads all of "{seen.title(oid)}" under ACCESS EXCLUSIVE')


RULE = Rule(
    code="TL121",
    name="attach-partition",
    analyzer="data_scan",
    severity="warning",
    meaning="A table is attached as a partition, and nothing proves that its rows belong there.",
    why="The table is read from end to end while it is locked against reads and writes",
    instead="Add a CHECK with the bounds NOT VALID, validate it in the next file, attach, then drop the CHECK.",
    bad=Example(
        "CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id); CREATE TABLE t (id int NOT NULL);",
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM (0) TO (10);",
    ),
    good=Example(
        (
            "CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id); CREATE TABLE t (id int NOT "
            "NULL, CHECK (id >= 0 AND id < 10));"
        ),
        "ALTER TABLE p ATTACH PARTITION t FOR VALUES FROM (0) TO (10);",
    ),
    judge=judge,
    peers=("L21",),
)
