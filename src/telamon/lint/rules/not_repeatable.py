"""TL308: a statement outside of a transaction cannot be repeated."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """CREATE and DROP without IF [NOT] EXISTS in files that run without a transaction."""
    if seen.shared or seen.node is None or len(ctx.file) < 2:
        return
    node = getattr(seen.node, seen.command)
    guarded = (
        getattr(node, "if_not_exists", None) or getattr(node, "missing_ok", None) or getattr(node, "replace", None)
    )
    if seen.command in ("create_stmt", "index_stmt", "drop_stmt", "create_seq_stmt") and not guarded:
        yield Hit("This fails when the file is run again after a failure further down")


RULE = Rule(
    code="TL308",
    name="not-repeatable",
    analyzer="robustness",
    severity="info",
    meaning="A file without a transaction creates or drops something without IF [NOT] EXISTS.",
    why=("What came before a failure stays. `telamon migrate apply` goes on where it stopped; other tools begin anew"),
    instead="IF NOT EXISTS and IF EXISTS.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        (
            "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE INDEX CONCURRENTLY "
            "t_b ON t (a, id);"
        ),
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        (
            "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);\nDROP INDEX "
            "CONCURRENTLY IF EXISTS t_b;"
        ),
    ),
    judge=judge,
    live=False,
    peers=("Y8",),
)
