"""The database itself, where the configuration has `database_settings`; its comment and its grants hang on it."""

from __future__ import annotations

from collections.abc import Iterable

from telamon.catalog.facts import THE_DATABASE
from telamon.kinds.base import Kind, Reader, Row, Server


class Database(Kind):
    """It is always there, whatever it is called, and is neither made nor dropped."""

    name = "database"
    rank = 0
    beside = True

    def query(self, server: Server) -> str:
        if not server.database:
            return ""
        return "SELECT oid::int8 FROM pg_catalog.pg_database WHERE datname = current_database()"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for (oid,) in rows:
            reader.add(THE_DATABASE, None, ("pg_database", oid))
