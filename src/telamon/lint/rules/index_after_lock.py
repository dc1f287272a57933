"""TL105: an index is built while another statement's lock is held."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import built, titled
from telamon.lint.observed import BLOCKS_ALL, Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes that are built in a transaction that holds an ACCESS EXCLUSIVE lock already."""
    strong = (lock.of for lock in seen.held if lock.strength == BLOCKS_ALL and ctx.live_table(lock.of))
    held = {oid for oid in seen.whole(strong) if ctx.live(oid)}
    for index in built(seen, ctx):
        if held:
            names = titled(ctx.title(oid) for oid in sorted(held))
            yield Hit(f'Building index "{index.name}" prolongs the lock on {names} that the statements above took')


RULE = Rule(
    code="TL105",
    name="index-after-exclusive-lock",
    analyzer="lock",
    severity="warning",
    meaning="An index is built in a transaction that locks a table against reads and writes.",
    why=(
        "The lock is held until the index is built, so a change that takes no time by itself stops the table for long"
    ),
    instead="Put the index into a file of its own.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int; CREATE INDEX t_b ON t (b);"
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a); ALTER TABLE t ADD COLUMN b int;"
    ),
    judge=judge,
    peers=("L5",),
)
