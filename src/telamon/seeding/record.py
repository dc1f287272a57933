"""Which files a target has: a table beside the revision table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from telamon.apply.revisions import DEFAULT_SCHEMA
from telamon.errors import TelamonError
from telamon.quote import ident

if TYPE_CHECKING:
    from telamon.apply.target import Connection, Target

TABLE = "telamon_seeds"

_CREATE = """CREATE TABLE IF NOT EXISTS {} (
  file text PRIMARY KEY,
  hash text NOT NULL,
  rows bigint NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)"""


@dataclass(frozen=True, slots=True)
class Record:
    """The table on one target.

    Args:
        connection: to the target.
        schema: where it is, or would be.
        hashes: of the files that were loaded, by name.
    """

    connection: Connection
    schema: str
    hashes: dict[str, str]

    @property
    def name(self) -> str:
        """The quoted name."""
        return ident(self.schema, TABLE)

    def create(self) -> None:
        """Makes sure that it is there; its schema too.

        Raises:
            TelamonError: the user may not.
        """
        try:
            found = self.connection.execute("SELECT to_regnamespace(quote_ident(%s)) IS NULL", [self.schema]).fetchone()
            if found == (True,):
                self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ident(self.schema)}".encode())
            self.connection.execute(_CREATE.format(self.name).encode())
        except psycopg.errors.InsufficientPrivilege as error:
            raise TelamonError(
                f"The table of seeds, {self.name}, cannot be created",
                why=str(error).strip(),
                do="Give --role a role that may, or --revisions-schema a schema in which this one may.",
            ) from error

    def write(self, file: str, hash: str, rows: int) -> None:
        """Notes that a file was loaded."""
        self.connection.execute(
            f"INSERT INTO {self.name} (file, hash, rows) VALUES (%s, %s, %s) ON CONFLICT (file) DO UPDATE SET"
            " hash = excluded.hash, rows = excluded.rows, applied_at = excluded.applied_at".encode(),
            [file, hash, rows],
        )


def record_of(target: Target, schema: str | None) -> Record:
    """The table on a target, where the revision table is looked for, too.

    Args:
        schema: of the revision table, as configured.
    """
    place = schema or target.schema or DEFAULT_SCHEMA
    connection = target.connection
    there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [ident(place, TABLE)]).fetchone() == (True,)
    rows = connection.execute(f"SELECT file, hash FROM {ident(place, TABLE)}".encode()) if there else ()
    return Record(connection, place, {str(file): str(hash) for file, hash in rows})
