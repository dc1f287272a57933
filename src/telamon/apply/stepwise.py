"""Transaction mode `none`: statement by statement, so that after any interruption the row says exactly how far it came.

A statement that can run in a transaction runs in one of its own, together with the write of its row: both happen or
neither. One that cannot is announced in the row before it runs, so that a later run knows to look for its effect.
Whether a DO or CALL commits by itself only running it tells, so it is first tried in a transaction.
BEGIN and COMMIT of the file are honoured: the rows of what stands between them are written in the same transaction.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from telamon.apply.events import FileDone, FileStarted, Note, StatementDone
from telamon.apply.failure import Stumble, server_words
from telamon.apply.leftover import beside, leftovers, own
from telamon.apply.patience import limit
from telamon.apply.preflight import Build, Effect, Rebuild, build, effect, rebuild, sets_session, snippet
from telamon.apply.revisions import IN_FLIGHT, PART_DONE, Revision
from telamon.apply.session import BEGIN, COMMIT, Session
from telamon.apply.target import Query
from telamon.apply.work import Work, is_single
from telamon.errors import CheckError, TelamonError


def run_stepwise(session: Session, work: Work) -> None:
    """Runs the statements of a file that are left, each with its row.

    Raises:
        TelamonError: a statement failed, a check was not true, or a lock was not to be had.
    """
    file, row, begun = work.file, work.begun, time.monotonic()
    session.emit(FileStarted(file.name, file.version, file.description, len(work.statements), row.applied))
    try:
        if row.applied:
            # What the statements before have set was lost with their session.
            for statement in work.statements[: row.applied]:
                if sets_session(statement.text):
                    session.send(work, statement.text.encode())
        else:
            session.check(work)
        # With nothing left to do (an empty file, or one repaired by a removal) the row is complete as it is.
        session.send(work, session.table.upsert(row if work.left else row.at(row.total, work.hashes)))
        while row.applied < row.total:
            row = session.patiently("", _Steps(session, work, row).until_committed)
        session.send(work, *session.target.identity(), *session.target.settings())
    except Stumble as stumble:
        error = session.fail(stumble, row.applied)
        if not session.connection.closed:
            _record(session, row, stumble)
        raise error from None
    finally:
        session.roll_back()
    session.emit(FileDone(file.version, time.monotonic() - begun))


def _record(session: Session, row: Revision, stumble: Stumble) -> None:
    failed = _failed(row, stumble)
    for query in (*session.target.identity(), session.table.upsert(failed), *session.target.settings()):
        session.connection.execute(query)


def _failed(row: Revision, stumble: Stumble) -> Revision:
    words = PART_DONE * stumble.partial + server_words(stumble.error)
    return replace(row, error=words + stumble.note, error_stmt=stumble.sql)


@dataclass(slots=True)
class _Steps:
    """The steps from one commit to the next, beginning after `row`, which an attempt that fails may change."""

    session: Session
    work: Work
    row: Revision

    def until_committed(self, lock_timeout: float) -> Revision:
        """Runs statements until no transaction is open; returns the row as it then is in the table."""
        row = self._step(self.row, lock_timeout)
        while not self.session.idle:
            if row.applied == row.total:
                statement = self.work.statements[-1]
                raise TelamonError(
                    f"{self.work.file.name} leaves a transaction open",
                    where=f"{statement.origin}\n{snippet(statement.text)}",
                    why="It has a BEGIN without a COMMIT; what came after the BEGIN was undone.",
                    do="Add the COMMIT, run `telamon migrate hash`, then apply again.",
                )
            row = self._step(row, lock_timeout)
        return row

    def _step(self, row: Revision, lock_timeout: float) -> Revision:
        session, work, index = self.session, self.work, row.applied
        statement = work.statements[index]
        found, begun = effect(statement.text), time.monotonic()
        if not session.idle:
            if found is Effect.COMMITS:  # its row goes with what it commits
                after = self._after(row, begun)
                self._write(after)
                session.one(work, index)
            else:
                session.one(work, index)
                after = self._after(row, begun)
                self._write(after)
        elif found is Effect.BEGINS:
            after = self._after(row, begun)
            session.one(work, index)
            session.send(work, *self._limits(lock_timeout), session.table.upsert(after))
        elif found not in (Effect.PLAIN, Effect.UNKNOWN) or not self._with_row(row, index, begun, lock_timeout):
            if not self._took_effect(row, index, found):
                self._alone(row, index, found, lock_timeout)
            after = self._after(row, begun)
            self._write(after)
        else:
            after = self._after(row, begun)
        return after

    def _with_row(self, row: Revision, index: int, begun: float, lock_timeout: float) -> bool:
        """Runs a statement and writes its row in one transaction; returns False if it insists on committing by itself,
        with nothing done.

        Raises:
            Stumble: it failed; nothing is done.
        """
        session, work, statement = self.session, self.work, self.work.statements[index]
        if self._begun_before(row, index):
            return False  # outside of a transaction, that is: it has been tried
        before: list[Query | bytes] = [BEGIN, *self._limits(lock_timeout)]
        whole = row.at(index + 1, work.hashes)
        end: list[Query] = [session.target.local_role(), session.table.upsert(whole, measure=True), COMMIT]
        try:
            if is_single(statement):
                session.batch(work, before, range(index, index + 1), end)
                session.emit(StatementDone(work.file.version, index, statement.text, time.monotonic() - begun))
            else:
                session.send(work, *before)
                session.one(work, index)
                session.send(work, *end)
        except Stumble as stumble:
            if not isinstance(stumble.error, psycopg.errors.InvalidTransactionTermination) or stumble.index < 0:
                raise
            session.roll_back()
            return False
        return True

    def _alone(self, row: Revision, index: int, found: Effect, lock_timeout: float) -> None:
        """Announces a statement and runs it outside of a transaction.

        Raises:
            Stumble: it failed; it says so if a part of its work is committed.
        """
        session, statement = self.session, self.work.statements[index]
        rebuilt = rebuild(statement.text)
        others = beside(leftovers(session.connection, rebuilt)) if rebuilt else ""
        self._write(replace(row, error=IN_FLIGHT + others, error_stmt=statement.text))
        # What builds concurrently blocks nobody while it waits, and what commits by itself cannot be taken back.
        gives_way = found is Effect.OUTSIDE and not self._own_limits
        if gives_way:
            session.wait_at_most(lock_timeout)
        before = self._transactions()
        try:
            session.one(self.work, index)
        except Stumble as stumble:
            if not session.connection.closed:
                session.roll_back()
                # Its own transaction and that of this query; each one more it has committed, or rolled back, itself.
                stumble.partial = not found.stands_alone and self._transactions() > before + 2
                stumble.note = others
                if stumble.blocked:
                    # It is as if it had not begun; only a rebuild may have left something.
                    self.row = _failed(row, stumble) if rebuilt else row
                    self._write(self.row)
            raise
        finally:
            if gives_way and not session.connection.closed:
                session.wait_at_most(None)

    def _transactions(self) -> int:
        """The number of this transaction among those of the session."""
        row = self.session.connection.execute(_TRANSACTION).fetchone()
        assert row is not None
        return int(str(row[0]))

    def _write(self, row: Revision) -> None:
        upsert = self.session.table.upsert(row)
        if self.session.idle:
            self.session.send(self.work, BEGIN, self.session.target.local_role(), upsert, COMMIT)
        else:
            self.session.send(self.work, upsert)

    def _limits(self, lock_timeout: float) -> list[sql.Composed]:
        """The limits that a transaction begins with, unless the file sets its own."""
        return [] if self._own_limits else [limit(lock_timeout, local=True)]

    @property
    def _own_limits(self) -> bool:
        return any("lock_timeout" in statement.text.lower() for statement in self.work.statements)

    def _after(self, row: Revision, begun: float) -> Revision:
        spent = row.execution_time + _nanoseconds(begun)
        return replace(row.at(row.applied + 1, self.work.hashes), execution_time=spent)

    def _begun_before(self, row: Revision, index: int) -> bool:
        """Whether an earlier run began this very statement outside of a transaction and did not see it through."""
        return row.error.startswith((IN_FLIGHT, PART_DONE)) and row.error_stmt == self.work.statements[index].text

    def _took_effect(self, row: Revision, index: int, found: Effect) -> bool:
        """Whether a statement that an earlier run had begun is done; clears away what a failed one left behind.

        Raises:
            CheckError: nobody can know.
        """
        text = self.work.statements[index].text
        begun_before = self._begun_before(row, index)
        if begun_before and not found.stands_alone:
            raise self._unclear(row, index)
        if rebuilt := rebuild(text):
            if row.error and row.error_stmt == text:
                self._drop_leftovers(rebuilt, row.error, index)
            return False
        target = build(text)
        if target is None:
            return False
        valid = self._index_state(target)
        if target.drops:
            done = valid is None
        else:
            done = valid is True
            if valid is False:
                self._drop_invalid(target, index)
        if begun_before and done:
            self.session.emit(Note(f"index {'.'.join(target.name)}: an earlier run had finished it; going on"))
        return begun_before and done

    def _unclear(self, row: Revision, index: int) -> CheckError:
        statement, name = self.work.statements[index], self.work.file.name
        if row.error.startswith(IN_FLIGHT):
            what = "was interrupted, and nobody can know how far it came"
            why = "It commits by itself, so a part of it may have been done."
        else:
            what = "failed after a part of its work"
            why = (
                "It commits by itself: what it did up to its last commit is done, what came after is not.\n"
                f"The failure was: {row.error.removeprefix(PART_DONE)}"
            )
        return CheckError(
            f"statement {index + 1} of {name} {what}",
            where=f"{statement.origin}\n{snippet(statement.text)}",
            why=why,
            do="Look at the target. If running it again is right, say so by changing its text: a comment will do.\n"
            "Else edit it so that running it is right, or remove it if all is done. Then run `telamon migrate hash`,\n"
            "and apply again.",
        )

    def _index_state(self, target: Build) -> bool | None:
        """Whether the index is valid, None if there is none of that name on that table."""
        row = self._look(target)
        if row is None:
            return None
        if row[1] is not None:
            raise TelamonError(
                f"index {'.'.join(target.name)} is being built by another session",
                where=f"pid {row[1]}",
                do="Wait for it, or end it with pg_terminate_backend; then apply again.",
            )
        return bool(row[0])

    def _drop_invalid(self, target: Build, index: int) -> None:
        self.session.emit(
            Note(f"index {'.'.join(target.name)} is invalid, left behind by a build that failed; dropping it first")
        )
        row = self._look(target)
        assert row is not None
        self._drop(str(row[2]), str(row[3]), index)

    def _drop_leftovers(self, rebuilt: Rebuild, recorded: str, index: int) -> None:
        """Drops what this statement, which failed or was interrupted before, has left behind."""
        found = leftovers(self.session.connection, rebuilt)
        ours = own(found, recorded)
        others = beside([each for each in found if each not in ours])
        for each in ours:
            if each.pid is not None:
                raise TelamonError(
                    f"index {each} may be in use by a rebuild in another session",
                    where=f"pid {each.pid}",
                    do="Wait for it, or end it with pg_terminate_backend; then apply again.",
                )
            self.session.emit(
                Note(f"index {each} is invalid, left behind by this statement when it failed; dropping it first")
            )
            self._drop(each.schema, each.name, index, others)

    def _drop(self, schema: str, name: str, index: int, note: str = "") -> None:
        drop = sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(schema, name))
        try:
            self.session.connection.execute(drop)
        except psycopg.Error as error:
            stumble = Stumble(self.work, index, error)
            stumble.note = note
            raise stumble from None

    def _look(self, target: Build) -> tuple[object, ...] | None:
        given = {"name": list(target.name), "table": list(target.table), "last": target.name[-1]}
        return self.session.connection.execute(_INDEX, given).fetchone()


def _nanoseconds(begun: float) -> int:
    return round((time.monotonic() - begun) * 1e9)


# A session numbers its own transactions, those that only read too.
_TRANSACTION = sql.SQL(
    "select split_part(virtualtransaction, '/', 2)::bigint from pg_locks"
    " where locktype = 'virtualxid' and pid = pg_backend_pid()"
)

# An index built concurrently is known by its table and name, one dropped by its name alone.
_INDEX = """
with path as (
  select to_regclass((select string_agg(quote_ident(part), '.' order by n)
                      from unnest(%(name)s::text[]) with ordinality as u(part, n))) as named,
         to_regclass((select string_agg(quote_ident(part), '.' order by n)
                      from unnest(%(table)s::text[]) with ordinality as u(part, n))) as parent
)
select i.indisvalid,
       (select min(p.pid) from pg_stat_progress_create_index p
        where p.index_relid = i.indexrelid and p.pid <> pg_backend_pid()),
       n.nspname::text, c.relname::text
from path, pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
where c.relname = %(last)s and (i.indrelid = path.parent or path.parent is null and i.indexrelid = path.named)
"""
