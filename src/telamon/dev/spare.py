"""A spare copy of a template, made ahead: ordered at the end of a run, taken by the next one.

Copying a template of 500 tables costs some 40 ms, since each of its 2,800 files is copied by itself; renaming a copy
that is there already costs less than one. Nobody waits for the copying: the server goes on with a statement when the
client that sent it has left.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telamon.dev.server import MOST_BYTES, SPARE_PREFIX, copying, quoted, spare_of

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

MOST = 4  # spares of a server; the oldest go
ROOM = 1 << 30  # bytes that must stay free

# The template's size, none if it is gone or has its spare already; which spares are there, the newest first.
# The server looks at each file to know a size: 0 will do where there is room for all templates.
STATE = """
SELECT (SELECT CASE WHEN %s THEN 0 ELSE pg_database_size(oid) END FROM pg_database WHERE datname = %s
        AND NOT EXISTS (SELECT FROM pg_database WHERE datname = %s)),
       ARRAY(SELECT datname::text FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC)
"""


def take(connection: Connection, template: str, name: str) -> bool:
    """Makes the spare of a template, if there is one, the database `name`. Of several runs one gets it."""
    import psycopg

    try:
        connection.execute(quoted("ALTER DATABASE {} RENAME TO {}", spare_of(template), name))
    except psycopg.errors.InvalidCatalogName:
        return False
    connection.execute(quoted("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", name))
    return True


def order(connection: Connection, template: str, data: Path) -> bool:
    """Orders a spare of a template, unless there is one or too little room, and closes the connection.

    What becomes of the order nobody learns, and need not: a copy that fails, or is cut short by a shutdown, is cleared
    away by the server, and the next run makes its copy itself.

    Args:
        data: the server's data directory.

    Returns:
        whether the server is at work on it.
    """
    import psycopg

    try:
        free = _free(data)
        given = [free >= MOST_BYTES + ROOM, template, spare_of(template), SPARE_PREFIX]
        row = connection.execute(STATE, given).fetchone()
        assert row is not None
        size, spares = row
        if size is None or free < size + ROOM:
            return False
        for name in spares[MOST - 1 :]:
            connection.execute(quoted("DROP DATABASE IF EXISTS {}", name))
        make = copying(connection.info.server_version) + " ALLOW_CONNECTIONS false"
        connection.pgconn.send_query(quoted(make, spare_of(template), template).as_bytes(connection))
        connection.pgconn.flush()
        return True
    except (psycopg.OperationalError, OSError):
        return False  # the server or its data are gone: whoever needs a copy makes it
    finally:
        connection.close()


def _free(data: Path) -> int:
    room = os.statvfs(data)
    return room.f_bavail * room.f_frsize
