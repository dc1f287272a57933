"""TX201: a file controls its transaction itself."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """BEGIN, COMMIT and ROLLBACK in files that run in a transaction."""
    if seen.shared and seen.command == "transaction_stmt":
        yield Hit("The file runs in a transaction of its own already, which this begins or ends once more")


RULE = Rule(
    code="TX201",
    name="nested-transaction",
    analyzer="transaction",
    severity="error",
    meaning="BEGIN, COMMIT or ROLLBACK in a file that runs in a transaction.",
    why=(
        "COMMIT ends the transaction in the middle of the file: what follows is not undone with the rest when it fails"
    ),
    instead="Leave it out, or write `-- atlas:txmode none` at the head of the file.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "BEGIN; ALTER TABLE t ADD COLUMN b int; COMMIT;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    live=False,
    peers=("Y12",),
)
