"""TL302: a key may run out of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Primary keys of one integer or smallint column that counts or may count."""
    for constraint in seen.created(Constraint):
        relation = seen.after.relations[constraint.of]
        if constraint.type != "p" or constraint.inherited or len(constraint.columns) != 1:
            continue
        column = relation.columns[constraint.columns[0]]
        if column.base in ("int4", "int2"):
            yield Hit(f'Primary key "{column.name}" of table "{relation.title}" is {column.type}, which may run out')


RULE = Rule(
    code="TL302",
    name="small-primary-key",
    analyzer="types",
    severity="info",
    meaning="A primary key is of type integer or smallint.",
    why=(
        "After two thousand million rows no more can be inserted, and changing the type rewrites "
        "the table and all that refer to it"
    ),
    instead="bigint.",
    bad=Example("", "CREATE TABLE t (id int PRIMARY KEY);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY);"),
    judge=judge,
    live=False,
    peers=("Y2",),
)
