"""TL120: a constraint of a domain reads every table that uses it."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Constraints that come to domains of before this release and are checked at once."""
    for constraint in seen.created(Thing):
        if constraint.kind == "domain constraint" and constraint.of in ctx.base.things["type"]:
            domain = seen.after.things["type"][constraint.of]
            tables = [seen.title(oid) for oid in seen.scanned if ctx.live_table(oid)]
            if tables:
                yield Hit(
                    f'Adding constraint "{constraint.name}" to domain "{domain.name}" reads all of {titled(tables)}'
                )


RULE = Rule(
    code="TL120",
    name="domain-constraint",
    analyzer="data_scan",
    severity="warning",
    meaning="A constraint is added to a domain that tables use.",
    why="Every table with a column of the domain is locked against writes and read from end to end",
    instead="ALTER DOMAIN ... ADD CONSTRAINT ... NOT VALID, and VALIDATE CONSTRAINT in the next file.",
    bad=Example(
        "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d);",
        "ALTER DOMAIN d ADD CONSTRAINT d_positive CHECK (VALUE > 0);",
    ),
    good=Example(
        "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d);",
        "ALTER DOMAIN d ADD CONSTRAINT d_positive CHECK (VALUE > 0) NOT VALID;",
    ),
    judge=judge,
    peers=("L20",),
)
