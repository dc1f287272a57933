"""Tablespaces on a dev server. They belong to the server, so it may lack those that a schema names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telamon.errors import TelamonError
from telamon.quote import ident

if TYPE_CHECKING:
    import psycopg


def supply(connection: psycopg.Connection[Any], name: str) -> None:
    """Creates a tablespace that is only a name: its files lie within the server's own folder.

    It is done on a connection of its own, since it cannot be done in a transaction.

    Args:
        connection: to the dev server, in any state.
        name: of the tablespace; one that is there already is accepted.

    Raises:
        TelamonError: it may not be created there, or the server is too old for such ones.
    """
    import psycopg

    create = f"CREATE TABLESPACE {ident(name)} LOCATION"
    try:
        with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as other:
            other.execute("SET allow_in_place_tablespaces = on")
            other.execute(f"{create} ''".encode())
    except psycopg.errors.DuplicateObject:
        return  # another run was faster
    except psycopg.Error as error:
        raise TelamonError(
            f'The tablespace "{name}" is missing on the dev server and cannot be created there',
            why=str(error),
            do=f"Let someone run on the dev server, with an empty folder: {create} '/folder';",
        ) from error
