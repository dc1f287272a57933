"""What a failed statement is told as."""

from __future__ import annotations

import psycopg

from telamon.apply.events import Blocker
from telamon.apply.patience import in_the_way, is_blocked
from telamon.apply.preflight import snippet
from telamon.apply.revisions import IN_FLIGHT
from telamon.apply.work import Work
from telamon.errors import CheckError, LockError, TelamonError, mask
from telamon.statements import Origin

_OUTSIDE = (
    "Put the line `-- atlas:txmode none` and a blank line at the top of the file: it cannot run in a transaction."
)
_HINTS = {
    "25001": _OUTSIDE,
    "2D000": _OUTSIDE,
    "55P04": "A new enum value can be used once it is committed: move ALTER TYPE ... ADD VALUE to a file of its own.",
    "42501": "The user of the URL lacks a privilege: give --role the role that owns the objects.",
}


class Stumble(Exception):
    """A statement did not work, and its transaction is void. Internal: `failure` makes the user's error of it.

    Args:
        work: the file.
        index: of the statement, counted from 0; -1 where it was none of the file's.
        error: the driver's.
        sql: what was sent, where it was none of the file's.
        at: what it was, likewise.

    Attributes:
        partial: it had committed a part of its work by itself.
        note: what is to be recorded with it besides the server's words.
    """

    def __init__(self, work: Work, index: int, error: psycopg.Error, sql: str = "", at: str = "") -> None:
        super().__init__(str(error))
        self.work, self.index, self.error = work, index, error
        self.sql = work.statements[index].text if index >= 0 else sql
        self.partial = False
        self.note = ""
        self.at = f"statement {index + 1} of {len(work.statements)}" if index >= 0 else at

    @property
    def blocked(self) -> bool:
        """Whether somebody else was in the way, so that trying again makes sense."""
        return is_blocked(self.error) and not self.partial


def server_words(error: psycopg.Error) -> str:
    """The server's message on one line, without its position; passwords masked."""
    return mask(error.diag.message_primary or str(error).strip() or type(error).__name__)


def failure(stumble: Stumble, kept: int, *, lost: bool) -> TelamonError:
    """The error for a statement that failed.

    Args:
        stumble: what happened.
        kept: statements of the file that stay done; the next apply begins after them.
        lost: the connection is gone.
    """
    work, diag = stumble.work, stumble.error.diag
    lines = [f"ERROR: {server_words(stumble.error)}"]
    lines += [
        f"{name}: {text}" for name, text in (("DETAIL", diag.message_detail), ("HINT", diag.message_hint)) if text
    ]
    if diag.context:
        lines.append(f"CONTEXT: {diag.context}")
    first = "Statement 1 of the file stays applied" if kept == 1 else f"Statements 1 to {kept} of the file stay applied"
    state = first if kept else "Nothing of this file is applied"
    if work.mode == "all":
        state = "Nothing of this run is applied"
    if lost:
        what = f"the connection to the target was lost in {work.file.name}, {stumble.at}"
        do = "Run apply again when the target is back: it goes on where the target's history says."
        return TelamonError(what, where=_place(stumble), why="\n".join(lines), do=do)
    if stumble.partial:
        done = state if kept else "No statement of this file is complete"
        state = f"{done}; what this one committed by itself before it failed stays done"
    steps = [
        f"{state}. Repair the file, run `telamon migrate hash`, then apply again{': it goes on there' * bool(kept)}."
    ]
    revision = work.revision
    if revision.error.startswith(IN_FLIGHT) and revision.error_stmt == stumble.sql:
        steps.insert(0, "An earlier run was interrupted in this statement: if it had done its work, remove it.")
    if hint := _HINTS.get(stumble.error.sqlstate or ""):
        steps.insert(0, hint)
    return TelamonError(
        f"{work.file.name} failed at {stumble.at}", where=_place(stumble), why="\n".join(lines), do="\n".join(steps)
    )


def gave_up(stumble: Stumble, seconds: float, blockers: tuple[Blocker, ...]) -> LockError:
    """The error for a table lock that was not to be had."""
    return LockError(
        f"{stumble.work.file.name} did not get its lock in {seconds:.0f}s of attempts",
        where=_place(stumble),
        why=f"{server_words(stumble.error)}\n{in_the_way(blockers)}".strip(),
        do="Apply again at a quieter time, give a longer --lock-retry, or end the session that is in the way.",
    )


def check_failed(work: Work, name: str, text: str, origin: Origin, found: str) -> CheckError:
    """The error for a check that was not true."""
    return CheckError(
        f"{work.file.name} was not run: its check {name} failed",
        where=f"{origin}\n{snippet(text)}",
        why=f"The query must return true; it returned {found}.",
        do="Bring the data into the state that the migration expects, then apply again.",
    )


def _place(stumble: Stumble) -> str:
    if stumble.index < 0:
        return f"{stumble.work.file.path}\n{snippet(stumble.sql)}"
    statement = stumble.work.statements[stumble.index]
    origin, position = statement.origin, stumble.error.diag.statement_position
    if position and origin.line:
        origin = Origin(origin.path, origin.line + statement.text.count("\n", 0, int(position) - 1))
    return f"{origin}\n{snippet(statement.text)}"
