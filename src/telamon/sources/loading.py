"""Executing a source on a dev database: in large messages while all goes well, else statement by statement."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import psycopg
from psycopg import errors, generators, sql
from psycopg.pq import ExecStatus, TransactionStatus

from telamon.errors import TelamonError
from telamon.role_patterns import is_managed
from telamon.sources.failures import Failure, explain, missing_role, missing_tablespace, named_in
from telamon.sources.types import SqlSource
from telamon.sources.units import Unit, cut, keywords
from telamon.statements import Statement
from telamon.tablespaces import supply

BATCH = 50  # statements a message: 20 to 100 are measured alike, fewer and more are slower
_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY)
_FRESH = "RESET SESSION AUTHORIZATION; RESET ALL; "
_PINNED = "SET check_function_bodies = off; SET client_min_messages = error; "


def load(source: SqlSource, connection: psycopg.Connection[Any], *, server: str, roles: Sequence[str] = ()) -> None:
    """Executes a source on an empty dev database.

    Each file begins with the settings of a fresh session and keeps those it makes (`SET search_path`); bodies of
    functions are not checked. In an unordered source, what fails is tried again after the others, under the settings of
    its own place, until a round brings nothing. Roles that are named and missing are created without login, and
    tablespaces without a place of their own; a role that exists already is accepted, since roles belong to the whole
    server. COPY is skipped, rows being no part of a schema; INSERT is executed.

    Args:
        source: what to execute.
        connection: to an empty database, in autocommit mode; left with the settings it began with.
        server: a description of the server, for messages.
        roles: patterns of roles that the source itself creates, once each.

    Raises:
        TelamonError: a statement fails: file:line, first lines, the server's words; or the server lacks an extension.
    """
    pending = cut(source.statements)
    try:
        _load(pending, _Loader(connection, roles), source.ordered, server)
    except psycopg.OperationalError as error:
        raise TelamonError(
            "The connection to the dev server was lost while the schema was loaded", where=server, why=str(error)
        ) from error


def _load(pending: list[Unit], loader: _Loader, ordered: bool, server: str) -> None:
    try:
        while pending:
            failures = loader.run(pending, patient=not ordered)
            if failures and (ordered or len(failures) == len(pending)):
                raise explain(failures, server, loader.managed)
            hopeless = [failure for failure in failures if failure.hopeless]
            if hopeless:
                raise explain(hopeless, server, loader.managed)
            pending = [failure.unit for failure in failures]
    finally:
        # Otherwise it was lost, or an interrupt ends it.
        if loader.connection.info.transaction_status is TransactionStatus.IDLE:
            loader.restore()


class _Loader:
    """Sends units over one connection and knows which settings are in force."""

    def __init__(self, connection: psycopg.Connection[Any], managed: Sequence[str]) -> None:
        self.connection = connection
        self.managed = managed  # patterns of roles that are not supplied
        self.settings: list[Statement] = []  # the file whose settings are in force
        self.reach = 0  # how many of them
        self.roles: set[str] = set()  # created for this source
        self.spaces: set[str] = set()  # tablespaces, likewise
        # English messages: the name of a missing role is read from one. Setting it is a superuser's right.
        superuser = connection.info.parameter_status("is_superuser") == "on"
        self.pinned = _PINNED + ("SET lc_messages = 'C'; " if superuser else "")
        self._execute(self.pinned)

    def run(self, units: Sequence[Unit], *, patient: bool) -> list[Failure]:
        """Executes units in order and returns those that failed; unless `patient`, it ends at the first.

        A message of several statements is one transaction, so that a failure undoes its neighbours: they are sent again
        without the culprit, and the messages grow again from one statement on.
        """
        failures: list[Failure] = []
        start, size = 0, BATCH
        while start < len(units):
            batch = _together(units, start, size)
            failure = self._enter(batch[0]) or self._send(batch)
            if failure is None:
                if batch[0].block:
                    self.settings, self.reach = [], -1  # what a block sets is in force after it: reset before the next
                start, size = start + len(batch), min(BATCH, size * 2)
            elif len(batch) > 1:
                size = max(1, batch.index(failure.unit))
            elif self._supplied(failure):
                continue
            else:
                start += 1
                if not _granted(failure, self.managed):
                    failures.append(failure)
                    if not patient:
                        break
        return failures

    def restore(self) -> None:
        """Gives the connection its first settings back."""
        self._execute(_FRESH)

    def _enter(self, unit: Unit) -> Failure | None:
        """Brings the settings of a unit's place into force."""
        own = unit.settings is self.settings and self.reach <= unit.reach
        known = own if unit.reach else self.reach == 0
        if not known:
            self._execute(_FRESH + self.pinned)
            self.reach = 0
        self.settings = unit.settings
        while self.reach < unit.reach:
            statement = unit.settings[self.reach]
            failure = self._send([Unit((statement,), unit.settings, self.reach)])
            if failure is not None and not _unknown_timeout(failure):
                return Failure(unit, statement, failure.error, failure.position)
            self.reach += 1
        return None

    def _send(self, units: Sequence[Unit]) -> Failure | None:
        """Sends units as one message and returns the first failure; then nothing of the message remains."""
        connection = self.connection
        owners = [(unit, statement) for unit in units for statement in unit.statements]
        texts = [f"{statement.text}\n;\n" for _, statement in owners]
        encoding = connection.info.encoding
        try:
            message = "".join(texts).encode(encoding)
        except UnicodeEncodeError as error:
            raise TelamonError(
                f"The text cannot be written in the client encoding {encoding}", where=str(owners[0][1].origin)
            ) from error
        connection.pgconn.send_query(message)
        results = connection.wait(generators.execute(connection.pgconn))
        bad = next((index for index, result in enumerate(results) if result.status not in _FINE), None)
        if not connection.broken and connection.info.transaction_status in (
            TransactionStatus.INTRANS,
            TransactionStatus.INERROR,
        ):
            self._execute("COMMIT" if bad is None else "ROLLBACK")
        if bad is None:
            return None
        if results[bad].status != ExecStatus.FATAL_ERROR:
            raise TelamonError(
                "COPY stands among other statements", where=str(owners[min(bad, len(owners) - 1)][1].origin)
            )
        failed = errors.error_from_result(results[bad], encoding)
        if connection.broken:
            raise failed
        return _locate(owners, texts, failed, bad)

    def _supplied(self, failure: Failure) -> bool:
        """Whether what was missing has been created now, so that the unit can be sent again."""
        space = missing_tablespace(failure.error)
        if space is not None and space not in self.spaces:
            self.spaces.add(space)
            supply(self.connection, space)
            return True
        role = missing_role(failure.error)
        if role is None or role in self.roles or is_managed(role, self.managed):
            return False
        self.roles.add(role)
        self._create_role(role)
        return True

    def _create_role(self, name: str) -> None:
        create = sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)).as_string(self.connection)
        try:
            self._execute(f"BEGIN; SET LOCAL SESSION AUTHORIZATION DEFAULT; {create}; COMMIT")
        except (errors.DuplicateObject, errors.UniqueViolation):
            self._execute("ROLLBACK")  # another run was faster
        except errors.InsufficientPrivilege as error:
            self._execute("ROLLBACK")
            raise TelamonError(
                f'The role "{name}" is missing on the dev server and may not be created there',
                why=str(error),
                do=f"Let someone run on the dev server: {create};",
            ) from error

    def _execute(self, text: str) -> None:
        self.connection.execute(text.encode())


def _together(units: Sequence[Unit], start: int, size: int) -> list[Unit]:
    """The units from `start` that may share one message: under the same settings, and no block among them."""
    first = units[start]
    batch = [first]
    if first.block:
        return batch
    for unit in units[start + 1 : start + size]:
        alike = unit.reach == first.reach and (unit.reach == 0 or unit.settings is first.settings)
        if unit.block or not alike:
            break
        batch.append(unit)
    return batch


def _locate(owners: Sequence[tuple[Unit, Statement]], texts: Sequence[str], error: psycopg.Error, done: int) -> Failure:
    """Finds the statement of a message that failed: by the error's position, else by how many were done."""
    index, local = min(done, len(owners) - 1), None
    if error.diag.statement_position:
        starts = list(accumulate(map(len, texts), initial=0))
        offset = int(error.diag.statement_position) - 1
        index = min(bisect_right(starts, offset), len(owners)) - 1
        local = offset - starts[index]
    unit, statement = owners[index]
    return Failure(unit, statement, error, local)


def _granted(failure: Failure, managed: Sequence[str]) -> bool:
    """Whether something only exists already that every database has, or that belongs to the whole server."""
    words = keywords(failure.statement.text, 2)
    message = failure.error.diag.message_primary or ""
    if isinstance(failure.error, errors.DuplicateObject | errors.UniqueViolation) and words[1:] in (
        ("ROLE",),
        ("USER",),
        ("GROUP",),
    ):
        return words[0] == "CREATE" and not is_managed(named_in(failure.error, "role", "already exists") or "", managed)
    if isinstance(failure.error, errors.DuplicateSchema):
        return words == ("CREATE", "SCHEMA") and '"public"' in message
    return (
        isinstance(failure.error, errors.DuplicateObject)
        and words == ("CREATE", "EXTENSION")
        and '"plpgsql"' in message
    )


def _unknown_timeout(failure: Failure) -> bool:
    """Whether a SET names a timeout that this server is too old to know: a newer pg_dump writes it."""
    words = keywords(failure.statement.text)
    return isinstance(failure.error, errors.UndefinedObject) and words[-1].endswith("_TIMEOUT")
