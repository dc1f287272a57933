"""PG103: something that cannot run in a transaction stands in one."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that the server refused inside the file's transaction."""
    if seen.misplaced:
        text = seen.statement.text.rstrip(";")
        yield Hit("This cannot run inside a transaction block, and the file runs in one", f"{ALONE}{text};")


RULE = Rule(
    code="PG103",
    name="concurrently-in-transaction",
    analyzer="concurrent_index",
    severity="error",
    meaning="CONCURRENTLY, VACUUM or another statement that must be alone stands in a file that runs in a transaction.",
    why="The server refuses it, and the migration fails",
    instead="Put it into a file of its own with `-- atlas:txmode none`.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX CONCURRENTLY t_a ON t (a);"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    ),
    judge=judge,
    live=False,
    peers=("L4",),
)
