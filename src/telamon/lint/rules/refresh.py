"""TL123: a materialized view is refreshed under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Materialized views whose rows were swapped for new ones."""
    if seen.command != "refresh_mat_view_stmt":
        return
    for oid in {*seen.rewritten, *seen.emptied}:
        if ctx.live_table(oid):
            message = f'Refreshing materialized view "{seen.title(oid)}" locks it against reads'
            yield Hit(message, f"REFRESH MATERIALIZED VIEW CONCURRENTLY {seen.name(oid)};")


RULE = Rule(
    code="TL123",
    name="refresh-concurrently",
    analyzer="lock",
    severity="warning",
    meaning="A materialized view is refreshed without CONCURRENTLY.",
    why="Nobody reads the view while its query runs",
    instead="REFRESH MATERIALIZED VIEW CONCURRENTLY; the view needs a unique index for it.",
    bad=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW m AS SELECT id FROM t; "
            "CREATE UNIQUE INDEX ON m (id);"
        ),
        "REFRESH MATERIALIZED VIEW m;",
    ),
    good=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW m AS SELECT id FROM t; "
            "CREATE UNIQUE INDEX ON m (id);"
        ),
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m;",
    ),
    judge=judge,
    peers=("L23",),
)
