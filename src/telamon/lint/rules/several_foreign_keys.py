"""TL133: several foreign keys in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """The first foreign key between other tables of before this release than those above in the same transaction."""
    mine, above = _tables(seen, ctx), set[int]()
    if not mine or not seen.shared:
        return
    for earlier in ctx.before(seen):
        tables = _tables(earlier, ctx)
        if above and tables - above:
            return  # told there
        above |= tables
    if above and mine - above:
        names = titled(sorted(seen.title(oid) for oid in mine | above))
        yield Hit(f"Foreign keys lock {names} one after the other in one transaction")


def _tables(seen: Observed, ctx: Context) -> set[int]:
    """The tables at both ends of foreign keys that come to tables of before this release."""
    made = [each for each in seen.created(Constraint) if each.type == "f" and ctx.live_table(each.of)]
    return {oid for each in made for oid in (each.of, each.target)}


RULE = Rule(
    code="TL133",
    name="several-foreign-keys",
    analyzer="lock",
    severity="warning",
    meaning="Foreign keys between different tables are added in one transaction.",
    why="Transactions that lock the same tables in another order run into a deadlock with it",
    instead="One foreign key for each file.",
    bad=Example(
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int); CREATE "
            "TABLE c (id int PRIMARY KEY, a int);"
        ),
        (
            "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a NOT VALID; ALTER TABLE c ADD FOREIGN KEY "
            "(a) REFERENCES a NOT VALID;"
        ),
    ),
    good=Example(
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int); CREATE "
            "TABLE c (id int PRIMARY KEY, a int);"
        ),
        "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a NOT VALID;",
    ),
    judge=judge,
    peers=("L33",),
)
