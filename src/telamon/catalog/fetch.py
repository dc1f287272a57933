"""Many queries on one snapshot, in one round trip: rows are handed out while the server works on the next query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

Rows = list[tuple[Any, ...]]


@contextmanager
def snapshot(
    connection: psycopg.Connection[Any], settings: Sequence[str], queries: Sequence[str]
) -> Iterator[Iterator[Rows]]:
    """Sends everything at once, in a transaction that only reads, and gives the rows of each query, in order.

    psycopg's own pipeline waits for all results before it hands out the first; this does not.

    Args:
        connection: in autocommit mode, idle; its settings are as before afterwards.
        settings: `SET LOCAL` statements.

    Raises:
        psycopg.Error: the server's own errors.
    """
    from psycopg import errors, generators
    from psycopg.adapt import Transformer
    from psycopg.pq import ExecStatus

    pgconn = connection.pgconn
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    # A simple query first: it fails by itself, before anything is in flight.
    connection.execute("; ".join((begin, *settings)).encode())
    pgconn.enter_pipeline_mode()
    for query in queries:
        pgconn.send_query_params(query.encode(connection.info.encoding), None)
    pgconn.pipeline_sync()
    connection.wait(generators.send(pgconn))
    synced = False

    def fetched() -> PGresult:
        nonlocal synced
        results = connection.wait(generators.fetch_many(pgconn))
        synced = results[-1].status == ExecStatus.PIPELINE_SYNC
        found: PGresult = results[0]
        return found

    def rows() -> Iterator[Rows]:
        transformer = Transformer(connection)
        for _ in queries:
            result = fetched()
            if result.status != ExecStatus.TUPLES_OK:
                raise errors.error_from_result(result, connection.info.encoding)
            transformer.set_pgresult(result)
            yield transformer.load_rows(0, result.ntuples, tuple)

    try:
        yield rows()
    finally:
        while not (synced or connection.broken):
            fetched()
        if not connection.broken:
            pgconn.exit_pipeline_mode()
            connection.execute("ROLLBACK")
