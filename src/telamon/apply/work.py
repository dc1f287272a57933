"""Work: one file made ready to run. Everything that can be wrong with it is found here, before anything runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telamon.apply.preflight import TxMode, refuse_in_transaction, refuse_output, transaction_mode
from telamon.apply.revisions import EXECUTED, OPERATOR, Revision, statement_hashes
from telamon.directory import MigrationFile
from telamon.directory.archive import Check
from telamon.errors import CheckError
from telamon.statements import Statement

# Words without which no statement changes the session. Restoring it costs a tenth of the time of a usual file.
_SETTING = re.compile(r"\b(?:call|discard|do|execute|load|reset|select|set|set_config)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Work:
    """One file to run.

    Args:
        file: it.
        mode: how it is run.
        statements: all of its statements.
        hashes: their chained hashes.
        checks: what must be true before its first statement.
        revision: its row as it is before the run; with `applied` statements behind it.
        resumed: the row is in the table already.
    """

    file: MigrationFile
    mode: TxMode
    statements: tuple[Statement, ...]
    hashes: tuple[str, ...]
    checks: tuple[Check, ...]
    revision: Revision
    resumed: bool

    @property
    def left(self) -> tuple[Statement, ...]:
        """The statements that are still to be run."""
        return self.statements[self.revision.applied :]

    @property
    def pipelined(self) -> bool:
        """Whether the statements can be sent in one go: each is one command, without data."""
        return all(map(is_single, self.left))

    @property
    def sets_session(self) -> bool:
        """Whether the statements could change role or settings of the session, themselves or by what they call."""
        return any(_SETTING.search(statement.text) for statement in self.left)

    @property
    def begun(self) -> Revision:
        """The row as of now: a new one begins now."""
        return self.revision if self.resumed else replace(self.revision, executed_at=datetime.now(UTC))

    @property
    def done(self) -> Revision:
        """The row when all statements are done."""
        return self.begun.at(len(self.statements), self.hashes)


def is_single(statement: Statement) -> bool:
    """Whether the text can be one command only. With a delimiter of its own a file's statement may be several."""
    return statement.copy_data is None and (";" not in statement.text or statement.text.endswith(";"))


def prepare(file: MigrationFile, entry_hash: str, given: TxMode, row: Revision | None) -> Work:
    """Makes a file ready to run.

    Args:
        entry_hash: of the file in the sum file, without `h1:`.
        given: the transaction mode of the run.
        row: of an earlier attempt. Statements it has done must be unchanged; later ones may have been repaired, so
            the row's total and hash are brought up to date.

    Raises:
        CheckError: it cannot run: its directives, a changed history, statements that do not fit the transaction mode.
        TelamonError: it cannot be split into statements.
    """
    mode = transaction_mode(file, given)
    statements = tuple(file.statements())
    hashes = statement_hashes(statement.text for statement in statements)
    if row is not None:
        _same_history(file, row, hashes)
        revision = replace(
            row, type=row.type | EXECUTED, total=len(statements), hash=entry_hash, operator_version=OPERATOR
        )
    else:
        revision = Revision(
            file.version, file.description, EXECUTED, 0, len(statements), datetime.now(UTC), hash=entry_hash
        )
    work = Work(file, mode, statements, hashes, file.checks(), revision, row is not None)
    refuse_in_transaction(file, work.left, mode, already=revision.applied)
    refuse_output(file, work.left, already=revision.applied)
    return work


def _same_history(file: MigrationFile, row: Revision, hashes: tuple[str, ...]) -> None:
    done = row.partial_hashes[: row.applied]
    for number, known in enumerate(done, 1):
        if number > len(hashes) or hashes[number - 1] != known:
            break
    else:
        if row.applied <= len(hashes):
            return
        number = len(hashes) + 1
    raise CheckError(
        f'history changed: statement {number} from file "{file.name}" changed',
        where=file.path,
        why=f"Its first {row.applied} statements have run on the target already; only the later ones may be repaired.",
        do="Restore them (git log -p shows how they were), run `telamon migrate hash`, then apply again.",
    )
