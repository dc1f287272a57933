"""Many queries on one snapshot, in one round trip; on a large database, over two connections side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import capabilities, errors, generators
from psycopg.adapt import Transformer
from psycopg.conninfo import make_conninfo
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

Rows = Iterator[tuple[Any, ...]]
LARGE = 20_000
"""Relations from which on a second connection gains more than it costs."""
PIECE = 4_000
"""Rows that are taken in at once, while the server works on the next ones."""

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Who has taken another role sees other things than a new connection would.
_SIZE = (
    "SELECT CASE WHEN current_user = session_user AND (SELECT count(*) FROM pg_catalog.pg_class) > {}"
    " THEN pg_catalog.pg_export_snapshot() END"
)


@dataclass(frozen=True, slots=True)
class Query:
    """
    Args:
        apart: whether a second connection takes it, where there is one.
    """

    text: str
    apart: bool = False


@contextmanager
def snapshot(connection: psycopg.Connection[Any], settings: Sequence[str]) -> Iterator[Snapshot]:
    """A transaction that only reads, and sees one state of the database.

    Args:
        connection: in autocommit mode, idle; its settings are as before afterwards.
        settings: `SET LOCAL` statements.

    Raises:
        psycopg.Error: the server's own errors.
    """
    with ExitStack() as stack:
        connection.execute("; ".join((_BEGIN, *settings)).encode())
        stack.callback(_end, connection)
        yield Snapshot(connection, settings, stack)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of a database, to be asked."""

    connection: psycopg.Connection[Any]
    settings: Sequence[str]
    stack: ExitStack

    def row(self, query: str) -> tuple[Any, ...]:
        """The first row of a query; () if there is none."""
        return self.connection.execute(query.encode()).fetchone() or ()

    def rows(self, queries: Sequence[Query]) -> Iterator[Rows]:
        """Sends everything at once, and gives the rows of each query, in order.

        psycopg's own pipeline waits for all results before it hands out the first; here the caller takes in the first
        rows while the server works on the next ones. On a large database a second connection helps.
        """
        name = self.row(_SIZE.format(LARGE))[0]
        other = _second(self.connection, name, self.settings, self.stack) if name else None
        streams = [_Stream(self.connection, [query.text for query in queries if not (other and query.apart)])]
        self.stack.callback(streams[0].close)
        if other:
            streams.append(_Stream(other, [query.text for query in queries if query.apart]))
            self.stack.callback(streams[1].close)
        for query in queries:
            rows = streams[bool(other and query.apart)].rows()
            yield rows
            deque(rows, maxlen=0)  # what the caller did not take


def _end(connection: psycopg.Connection[Any]) -> None:
    if not connection.broken:
        connection.execute("ROLLBACK")


def _second(
    connection: psycopg.Connection[Any], name: str, settings: Sequence[str], stack: ExitStack
) -> psycopg.Connection[Any] | None:
    """Another connection with the same snapshot; None where no other is to be had, which only takes longer."""
    given = make_conninfo(connection.info.dsn, password=connection.info.password or None)
    try:
        other = stack.enter_context(psycopg.connect(given, autocommit=True))
        other.execute("; ".join((_BEGIN, f"SET TRANSACTION SNAPSHOT '{name}'", *settings)).encode())
    except psycopg.OperationalError:
        return None
    return other


class _Stream:
    """The results of one connection's queries, taken off the wire by a thread of their own."""

    def __init__(self, connection: psycopg.Connection[Any], queries: Sequence[str]) -> None:
        self.connection = connection
        self.count = len(queries)
        self.transformer = Transformer(connection)
        self.results: SimpleQueue[PGresult | psycopg.Error] = SimpleQueue()
        connection.pgconn.enter_pipeline_mode()
        for query in queries:
            connection.pgconn.send_query_params(query.encode(connection.info.encoding), None)
        connection.pgconn.pipeline_sync()
        connection.wait(generators.send(connection.pgconn))
        self.thread = Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self) -> None:
        pieces = capabilities.has_stream_chunked()
        try:
            for _ in range(self.count):
                if pieces:
                    self.connection.pgconn.set_chunked_rows_mode(PIECE)
                while result := self._next():
                    self.results.put(result)
                    pieces &= result.status != ExecStatus.FATAL_ERROR  # what follows comes to nothing
            self._next()  # the end of the pipeline
        except psycopg.Error as error:
            self.results.put(error)

    def _next(self) -> PGresult | None:
        result: PGresult | None = self.connection.wait(generators.fetch(self.connection.pgconn))
        return result

    def rows(self) -> Rows:
        """The rows of the next query.

        Raises:
            psycopg.Error: it failed.
        """
        while True:
            result = self.results.get()
            if isinstance(result, psycopg.Error):
                raise result
            if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.TUPLES_CHUNK):
                raise errors.error_from_result(result, self.connection.info.encoding)
            self.transformer.set_pgresult(result)
            yield from self.transformer.load_rows(0, result.ntuples, tuple)
            if result.status == ExecStatus.TUPLES_OK:
                return

    def close(self) -> None:
        """Waits for what is in flight and leaves the connection as it was."""
        self.thread.join()
        if not self.connection.broken:
            self.connection.pgconn.exit_pipeline_mode()
