"""Reading what is managed of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telamon.catalog.read import read_catalog
from telamon.catalog.row_facts import with_rows
from telamon.scope import without

if TYPE_CHECKING:
    import psycopg

    from telamon.catalog.facts import Catalog
    from telamon.scope import Scope


def read_scope(connection: psycopg.Connection[tuple[Any, ...]], scope: Scope, hidden: tuple[str, ...] = ()) -> Catalog:
    """What a database holds of what is managed, declared rows included.

    Args:
        connection: in autocommit mode, idle.
        hidden: patterns of what is left out besides what the scope excludes.

    Raises:
        UsageError: two declared rows are alike.
        psycopg.Error: the server's own errors.
    """
    found = read_catalog(
        connection,
        schemas=scope.schemas,
        unqualified=scope.hidden_schema,
        roles=scope.roles,
        database=scope.database,
    )
    return without(with_rows(found, connection, scope.rows), (*scope.exclude, *hidden))
