"""Many queries in one go: one message to the server, one wait for all answers.

The driver's own pipeline hands each query to the network by itself and makes a cursor for each; with the many small
files of a history that is most of what a run costs, so the protocol is spoken here, with the driver's `pq`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result
from psycopg.waiting import Ready, Wait

from telamon.apply.target import Connection

_AT_ONCE = 1000  # queries in a message: each takes memory until it is answered

_COPY = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH)


class Unfinished(Exception):
    """One of the queries failed; those after it were not executed.

    Args:
        index: which.
        error: the driver's.
    """

    def __init__(self, index: int, error: psycopg.Error) -> None:
        super().__init__(str(error))
        self.index, self.error = index, error


@dataclass(slots=True)
class _Progress:
    """How far it came.

    Args:
        done: queries that were executed.
        error: the first error that the server told.
    """

    done: int = 0
    error: psycopg.Error | None = None


def execute(connection: Connection, queries: Sequence[bytes]) -> None:
    """Executes queries, each a single command without data; what they return is dropped.

    Raises:
        Unfinished: one failed, or the connection was lost.
    """
    progress = _Progress()
    try:
        for start in range(0, len(queries), _AT_ONCE):
            connection.wait(_conversation(connection.pgconn, queries[start : start + _AT_ONCE], progress))
            if progress.error is not None:
                break
    except psycopg.Error as lost:  # before it hangs up, a server may say why
        raise Unfinished(progress.done, progress.error or lost) from None
    if progress.error is not None:
        raise Unfinished(progress.done, progress.error)


def _conversation(
    connection: pq.abc.PGconn, queries: Sequence[bytes], progress: _Progress
) -> Generator[Wait, Ready | int, None]:
    """Sends all, then takes all answers."""
    connection.enter_pipeline_mode()
    for query in queries:
        connection.send_query_params(query, None)
    connection.pipeline_sync()
    while connection.flush():
        # The server stops listening while nobody takes its answers.
        if (yield Wait.RW) & Ready.R:
            connection.consume_input()
    while True:
        while connection.is_busy():
            yield Wait.R
            connection.consume_input()
        result = connection.get_result()
        if result is None:
            if connection.status == pq.ConnStatus.BAD:
                raise psycopg.OperationalError(connection.get_error_message().strip() or "the connection is lost")
            progress.done += progress.error is None
        elif result.status == pq.ExecStatus.PIPELINE_SYNC:
            break
        elif result.status == pq.ExecStatus.FATAL_ERROR and progress.error is None:
            progress.error = error_from_result(result)
        elif result.status in _COPY:
            connection.finish()  # there is no other way out of it here
            raise psycopg.ProgrammingError("COPY to or from the client has no place here")
    connection.exit_pipeline_mode()
