"""TL124: VACUUM FULL and CLUSTER rewrite tables."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables in new files after VACUUM FULL or CLUSTER."""
    if seen.command in ("vacuum_stmt", "cluster_stmt"):
        word = "CLUSTER" if seen.command == "cluster_stmt" else "VACUUM FULL"
        for oid in seen.whole(oid for oid in seen.rewritten if ctx.live_table(oid)):
            yield Hit(f'{word} rewrites table "{seen.title(oid)}"')


RULE = Rule(
    code="TL124",
    name="vacuum-full",
    analyzer="data_rewrite",
    severity="warning",
    meaning="VACUUM FULL or CLUSTER.",
    why=("All rows and indexes are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile"),
    instead="Plain VACUUM, or pg_repack where the space must be given back.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "-- atlas:txmode none\n\nVACUUM FULL t;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "-- atlas:txmode none\n\nVACUUM t;"),
    judge=judge,
    peers=("L24",),
)
