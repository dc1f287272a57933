"""TL110: a constraint is validated where it is added."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import alter
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Constraints that are validated in the transaction that added them NOT VALID."""
    for before, after in seen.altered(Constraint):
        above = (each.oid for earlier in ctx.before(seen) for each in earlier.created(Constraint))
        if ctx.live_table(after.of) and seen.shared and not before.valid and after.valid and after.oid in above:
            name = f"{alter(seen, after.of)} VALIDATE CONSTRAINT {ident(after.name)};"
            yield Hit(
                f'Constraint "{after.name}" of table "{seen.title(after.of)}" is validated in the '
                "transaction that adds it",
                f"-- in the next file:\n{name}",
            )


RULE = Rule(
    code="TL110",
    name="validate-in-same-transaction",
    analyzer="lock",
    severity="warning",
    meaning="A constraint is added NOT VALID and validated in the same transaction.",
    why="The strong lock of the first statement is held while the whole table is read: NOT VALID wins nothing",
    instead="VALIDATE CONSTRAINT in the next file.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT t_id;",
    ),
    good=Example(
        ("CREATE TABLE t (id int PRIMARY KEY, a text); ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0) NOT VALID;"),
        "ALTER TABLE t VALIDATE CONSTRAINT t_id;",
    ),
    judge=judge,
    peers=("L10",),
)
