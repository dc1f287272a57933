"""TL128: slow work while another statement's lock is held."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import built, titled
from telamon.lint.observed import BLOCKS_ALL, Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that read or write rows in a transaction that holds an ACCESS EXCLUSIVE lock already."""
    strong = (lock.of for lock in seen.held if lock.strength == BLOCKS_ALL and ctx.live_table(lock.of))
    held = {oid for oid in seen.whole(strong) if ctx.live(oid)}
    rows = {each.of for each in seen.written if ctx.live_table(each.of) and each.updated + each.deleted}
    slow = {*seen.whole(oid for oid in (*seen.scanned, *seen.rewritten, *rows) if ctx.live_table(oid))}
    # What locks its own table as strongly is told by the rules on that.
    kept = held if rows else held - slow
    if kept and slow and not any(built(seen, ctx)):
        names = titled(ctx.title(oid) for oid in sorted(kept))
        through = titled(seen.title(oid) for oid in sorted(slow))
        yield Hit(f"This goes through {through} while the lock against reads and writes on {names} is held")


RULE = Rule(
    code="TL128",
    name="work-after-exclusive-lock",
    analyzer="lock",
    severity="warning",
    meaning="A statement reads or writes many rows in a transaction that locks a table against reads and writes.",
    why=("The lock is held to the end of the file, so a change that takes no time by itself stops the table for long"),
    instead="Put the slow statement into a file of its own.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = 1 WHERE id > 0;",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    peers=("L28",),
)
