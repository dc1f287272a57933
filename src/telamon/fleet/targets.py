"""Which targets there are: a list, what a query returns, or the schemas of a database."""

from __future__ import annotations

import urllib.parse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import psycopg

from telamon.apply.target import Connection, connect, parse
from telamon.errors import TelamonError, UsageError
from telamon.fleet.types import FleetTarget
from telamon.project import Targets


def given(urls: Iterable[str]) -> tuple[FleetTarget, ...]:
    """Targets by their URLs.

    Raises:
        UsageError: one is no PostgreSQL URL, two are the same, or there is none.
    """
    return checked([_target(url) for url in urls])


def asked(url: str, query: str, *, role: str | None = None) -> tuple[FleetTarget, ...]:
    """Targets whose URLs a query returns.

    Args:
        url: of the database that is asked.
        role: act as this role.

    Raises:
        UsageError: what it returns are no URLs.
        TelamonError: it cannot be asked.
    """
    return given(_column(url, query, role))


def tenants(url: str, query: str, *, role: str | None = None) -> tuple[FleetTarget, ...]:
    """One target for each schema that a query returns; the directory's SQL names no schema.

    Args:
        url: of the database that is asked and that the schemas are in.
        role: act as this role.

    Raises:
        UsageError: the URL is bound to a schema itself, or the query returns a schema twice, or none.
        TelamonError: it cannot be asked.
    """
    if parse(url).search_path:
        raise UsageError("The URL of a database with a schema for each tenant has no search_path", where=url)
    base = _target(url)
    return checked(
        [replace(base, name=schema, url=_bound(url, schema), schema=schema) for schema in _column(url, query, role)]
    )


def resolve(targets: Targets, *, role: str | None = None) -> tuple[FleetTarget, ...]:
    """The targets that the configuration describes.

    Raises:
        UsageError, TelamonError: as `given`, `asked` and `tenants` do.
    """
    if targets.schemas_query:
        return tenants(targets.url, targets.schemas_query, role=role)
    return asked(targets.url, targets.query, role=role) if targets.query else given(targets.urls)


def base_url(url: str) -> str:
    """The URL of a database without the schema that it is bound to."""
    return parse(url).conninfo


def _bound(url: str, schema: str) -> str:
    # Quoted, so that a comma in a name stays a part of it.
    if "," in schema or '"' in schema or schema != schema.strip():
        raise UsageError(f"The schema {schema!r} cannot be bound to by search_path", do="Rename it.")
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}search_path={urllib.parse.quote(schema)}"


def _target(url: str) -> FleetTarget:
    address = parse(url)
    values = address.parameters
    host = str(values.get("host") or values.get("hostaddr") or "local")
    server = f"{host}:{values.get('port') or 5432}"
    database = f"{server}/{values.get('dbname') or values.get('user') or ''}"
    schema = address.schema or ""
    return FleetTarget(database + (f"/{schema}" if schema else ""), url, server, database, schema)


def checked(found: Sequence[FleetTarget]) -> tuple[FleetTarget, ...]:
    """The targets, if each is there once.

    Raises:
        UsageError: two are the same, or there is none.
    """
    places = Counter((each.database, each.schema) for each in found)
    names = Counter(each.name for each in found)
    twice = [each.name for each in found if places[each.database, each.schema] > 1 or names[each.name] > 1]
    if twice:
        raise UsageError("A target is named twice", where="\n".join(dict.fromkeys(twice)))
    if not found:
        raise UsageError("There is no target", do="Look at `targets` in the configuration: its list or query is empty.")
    return tuple(found)


def _column(url: str, query: str, role: str | None) -> list[str]:
    with connect(url, role=role) as target:
        try:
            rows = _rows(target.connection, query)
        except psycopg.Error as error:
            raise TelamonError("The query for targets failed", where=query, why=str(error).strip()) from None
    if any(len(row) != 1 or not isinstance(row[0], str) for row in rows):
        raise UsageError("The query for targets must return one column of texts", where=query)
    return [str(row[0]) for row in rows]


def _rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    cursor = connection.execute(query.encode())
    return cursor.fetchall() if cursor.description else []
