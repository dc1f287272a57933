"""Roles that a catalog names. They belong to the server, so a dev server may lack them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from telamon.catalog.facts import Catalog
from telamon.quote import ident


def named_roles(catalog: Catalog) -> Iterator[str]:
    """The roles that own, hold privileges or are named by policies."""
    for fact in catalog:
        if fact.kind == "owner":
            yield fact.spec.role
        elif fact.kind == "grant":
            for word in fact.id[-2:]:
                if word.startswith(("to ", "by ")) and word not in ("to ", "to the owner"):
                    yield word[3:]
        elif fact.kind == "policy":
            yield from (name for name in fact.spec.roles if name)


def ensure_roles(connection: psycopg.Connection[Any], catalog: Catalog) -> None:
    """Creates, without login, the roles that a catalog names and the server lacks."""
    wanted = set(named_roles(catalog))
    have = {name for (name,) in connection.execute("SELECT rolname FROM pg_catalog.pg_roles")}
    for name in sorted(wanted - have):
        connection.execute(f"CREATE ROLE {ident(name)}".encode())
