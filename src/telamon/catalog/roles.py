"""Roles and tablespaces that a catalog names. They belong to the server, so a dev server may lack them."""

from __future__ import annotations

from typing import Any

import psycopg

from telamon.catalog.facts import Catalog
from telamon.kinds.role import naming
from telamon.quote import ident
from telamon.role_patterns import is_managed
from telamon.tablespaces import supply


def ensure_shared(connection: psycopg.Connection[Any], catalog: Catalog) -> None:
    """Creates the roles, without login, and the tablespaces that a catalog names and the server lacks."""
    wanted = {name for name in naming(catalog) if not name.startswith("pg_")}
    have = {name for (name,) in connection.execute("SELECT rolname FROM pg_catalog.pg_roles")}
    for name in sorted(wanted - have):
        connection.execute(f"CREATE ROLE {ident(name)}".encode())
    spaces = {space for fact in catalog if (space := getattr(fact.spec, "tablespace", ""))}
    if spaces:
        spaces.difference_update(name for (name,) in connection.execute("SELECT spcname FROM pg_catalog.pg_tablespace"))
    for name in sorted(spaces):
        supply(connection, name)


def passwords(connection: psycopg.Connection[Any], patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Descriptions of the passwords that managed roles have been given; asked of a dev server, as its superuser."""
    query = "SELECT rolname FROM pg_catalog.pg_authid WHERE rolpassword IS NOT NULL ORDER BY rolname"
    names = [name for (name,) in connection.execute(query) if is_managed(name, patterns)]
    return tuple(f"the password of role {name} (set it by hand, and take it out of the description)" for name in names)
