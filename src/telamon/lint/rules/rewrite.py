"""TL135: a table is rewritten."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column, Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables in new files for a reason that no other rule tells."""
    told = {after.of for before, after in seen.altered(Column) if before.type != after.type}
    told |= {column.of for column in seen.created(Column) if column.default or column.identity or column.generated}
    told |= {
        after.oid
        for before, after in seen.altered(Relation)
        if (before.persistence, before.method) != (after.persistence, after.method)
    }
    if seen.command in ("vacuum_stmt", "cluster_stmt", "refresh_mat_view_stmt", "truncate_stmt"):
        return
    live = [oid for oid in seen.rewritten if oid not in told and ctx.live_table(oid)]
    for oid in seen.whole(live):
        if not any(seen.within(oid, each) for each in told):
            yield Hit(f'Table "{seen.title(oid)}" is rewritten')


RULE = Rule(
    code="TL135",
    name="table-rewritten",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A table lies in another file after the statement: it was rewritten.",
    why=("All rows and indexes are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile"),
    instead="Take a maintenance window, or fill a new table and swap the two.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "DO $$ BEGIN CLUSTER t USING t_pkey; END $$;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t CLUSTER ON t_pkey;"),
    judge=judge,
    peers=("L25", "L35"),
)
