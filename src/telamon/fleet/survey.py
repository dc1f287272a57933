"""The histories of many schemas of one database, read over one connection: most have nothing to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from telamon.apply.revisions import CLOUD_ROW, RESOLVED, TABLE
from telamon.apply.target import Connection, connect
from telamon.errors import TelamonError
from telamon.fleet.targets import base_url
from telamon.fleet.types import FleetTarget

CHUNK = 25
"""Schemas that one query reads; more at once take the server longer to plan."""

_WITH_TABLE = """
select n.nspname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = %s and c.relkind in ('r', 'p') and n.nspname = any(%s)
"""
_HISTORY = sql.SQL(
    "SELECT {}, coalesce(array_agg(version::text ORDER BY version COLLATE \"C\"), '{{}}'),"
    " coalesce(array_agg(applied < total AND type & {} = 0 ORDER BY version COLLATE \"C\"), '{{}}')"
    " FROM {} WHERE version <> {}"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is asked of a revision to know what is pending.

    Args:
        version: of the file.
        partial: whether statements of it are still to be run.
    """

    version: str
    partial: bool


History = tuple[Seen, ...]


def shared(targets: Sequence[FleetTarget]) -> dict[str, list[FleetTarget]]:
    """The targets that are schemas of one database, by that database; alone there, one is none of them."""
    found: dict[str, list[FleetTarget]] = defaultdict(list)
    for each in targets:
        if each.schema:
            found[each.database].append(each)
    return {database: some for database, some in found.items() if len(some) > 1}


def survey(targets: Sequence[FleetTarget], *, role: str | None = None) -> dict[str, History]:
    """The histories, by the name of the target, of those that can be read together.

    What cannot be read here is left out: who looks at that target alone says why.

    Args:
        role: act as this role.
    """
    found: dict[str, History] = {}
    for some in shared(targets).values():
        names = {each.schema: each.name for each in some}
        try:
            with connect(base_url(some[0].url), role=role) as target:
                found |= {names[schema]: rows for schema, rows in _read(target.connection, list(names))}
        except (TelamonError, psycopg.Error):
            continue  # each target tells for itself
    return found


def _read(connection: Connection, schemas: list[str]) -> Iterator[tuple[str, History]]:
    there = [str(name) for (name,) in connection.execute(_WITH_TABLE, [TABLE, schemas])]
    for start in range(0, len(there), CHUNK):
        queries = [
            _HISTORY.format(
                sql.Literal(schema), sql.Literal(RESOLVED), sql.Identifier(schema, TABLE), sql.Literal(CLOUD_ROW)
            )
            for schema in there[start : start + CHUNK]
        ]
        for schema, versions, partial in connection.execute(sql.SQL(" UNION ALL ").join(queries)):
            assert isinstance(versions, list)
            assert isinstance(partial, list)
            yield str(schema), tuple(Seen(*each) for each in zip(versions, partial, strict=True))
