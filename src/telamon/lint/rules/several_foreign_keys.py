"""TL133: several foreign keys in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Foreign keys between other tables of before this release than one above in the same transaction."""
    mine = {(each.of, each.target) for each in seen.created(Constraint) if each.type == "f" and ctx.live_table(each.of)}
    above = {
        (each.of, each.target)
        for earlier in ctx.before(seen)
        for each in earlier.created(Constraint)
        if each.type == "f" and ctx.live_table(each.of)
    }
    if (
        mine
        and above
        and seen.shared
        and {oid for pair in mine for oid in pair} - {oid for pair in above for oid in pair}
    ):
        names = titled(sorted({seen.title(oid) for pair in (*mine, *above) for oid in pair}))
        yield Hit(f"Foreign keys lock {names} one after the other in one transaction")


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
