"""Reads a database into a catalog: one query a kind, all in one round trip, on one snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.collector import paused
from telamon.kinds.base import Server

if TYPE_CHECKING:
    import psycopg

PINNED = (
    "SET LOCAL jit = off",
    "SET LOCAL quote_all_identifiers = off",
    "SET LOCAL DateStyle = ISO",
    "SET LOCAL IntervalStyle = postgres",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL TimeZone = 'UTC'",
)

MEMBERS = (
    "SELECT c.relname, d.objid::int8, d.refobjid::int8 FROM pg_catalog.pg_depend d"
    " JOIN pg_catalog.pg_class c ON c.oid = d.classid WHERE d.deptype = 'e'"
)

# Edges that order creation. Toast tables, schemas (a parent each) and what initdb made are left out in the server;
# so is what a table's columns, array types and row types say of each other.
DEPENDENCIES = """
SELECT classid::int8, objid::int8, objsubid, refclassid::int8, refobjid::int8, refobjsubid, deptype::text
  FROM pg_catalog.pg_depend
 WHERE objid >= 16384 AND refobjid >= 16384 AND deptype IN ('n', 'a', 'i', 'P', 'S')
   AND refclassid <> 'pg_catalog.pg_namespace'::regclass
   AND NOT (classid = refclassid AND objid = refobjid AND refobjsubid = 0)
   AND NOT (classid = 'pg_catalog.pg_type'::regclass AND deptype = 'i')
"""

CATALOGS = "SELECT oid::int8, relname FROM pg_catalog.pg_class WHERE relnamespace = 11 AND relkind = 'r'"

COLLATIONS = (
    "SELECT c.oid::int8, n.nspname, c.collname FROM pg_catalog.pg_collation c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.oid IN"
    " (SELECT attcollation FROM pg_catalog.pg_attribute UNION SELECT typcollation FROM pg_catalog.pg_type"
    " UNION SELECT unnest(indcollation::oid[]) FROM pg_catalog.pg_index)"
)
CLASSES = (
    "SELECT c.oid::int8, n.nspname, c.opcname, c.opcmethod::int8, c.opcdefault, c.opcintype::int8"
    " FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace"
)


class CatalogReader:
    """Takes facts from the kinds, then adds what `pg_depend` says. See `telamon.kinds.base.Reader`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.facts: dict[Id, tuple[Any, Id | None, set[Id], int]] = {}
        self.addresses: dict[tuple[str, int, int], Id] = {}
        self.members: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, int], tuple[str, str]] = {}
        self.paths: dict[tuple[str, int, int], Id | None] = {}
        self.by_parent: dict[Id, list[Id]] = {}
        self.classes: dict[int, list[Any]] = {}
        self.own_defaults: set[tuple[int, int]] = set()
        self.instead: dict[tuple[str, int], dict[Id, Id]] = {}

    def add(
        self,
        id: Id,
        spec: Any,
        address: tuple[str, int] | tuple[str, int, int] | None = None,
        *,
        parent: Id | None = None,
        needs: Iterable[Id | None] = (),
        order: int = 0,
    ) -> None:
        self.facts[id] = (spec, parent, {need for need in needs if need is not None}, order)
        if address is not None:
            catalog, oid, sub = address if len(address) == 3 else (*address, 0)
            self.addresses[catalog, oid, sub] = id

    def alias(self, catalog: str, oid: int, id: Id, sub: int = 0, path: Id | None = None) -> None:
        self.addresses[catalog, oid, sub] = id
        self.paths[catalog, oid, sub] = path

    def redirect(self, catalog: str, oid: int, target: Id, instead: Id) -> None:
        self.instead.setdefault((catalog, oid), {})[target] = instead

    def described(self, catalog: str, oid: int, sub: int) -> tuple[Id, Id] | None:
        id = self.addresses.get((catalog, oid, sub))
        path = self.paths.get((catalog, oid, sub), id)
        return None if id is None or path is None else (path, id)

    def parts(self, id: Id) -> list[Id]:
        if not self.by_parent:
            for part, (_, parent, _, _) in self.facts.items():
                if parent is not None:
                    self.by_parent.setdefault(parent, []).append(part)
        return self.by_parent.get(id, [])

    def parent(self, id: Id) -> Id | None:
        return self.facts[id][1]

    def operator_class(self, oid: int, type_oid: int, *, always: bool = False) -> tuple[str, str] | None:
        schema, name, method, default, input_type = self.classes[oid]
        if not always and default and (type_oid in (0, input_type) or (method, type_oid) not in self.own_defaults):
            return None
        return schema, name

    def learn_classes(self, rows: list[tuple[int, str, str, int, bool, int]]) -> None:
        self.classes = {oid: rest for oid, *rest in rows}
        self.own_defaults = {(method, type) for _, _, _, method, default, type in rows if default}

    def find(self, catalog: str, oid: int, sub: int = 0) -> Id | None:
        return self.addresses.get((catalog, oid, sub))

    def is_member(self, catalog: str, oid: int) -> bool:
        return (catalog, oid) in self.members

    def knows(self, catalog: str, oid: int) -> bool:
        """Whether some fact stands for the object."""
        return (catalog, oid, 0) in self.addresses or (catalog, oid) in self.members

    def name_of(self, catalog: str, oid: int) -> tuple[str, str]:
        return self.names[catalog, oid]

    def resolve(self, catalog: str, oid: int, sub: int) -> Id | None:
        """The fact that an end of a dependency means: a column, else its table; a member, else its extension."""
        found = self.addresses.get((catalog, oid, sub))
        if found is None and sub:
            found = self.addresses.get((catalog, oid, 0))
        if found is None and (catalog, oid) in self.members:
            found = self.addresses.get(("pg_extension", self.members[catalog, oid], 0))
        return found

    def finish(self, catalogs: dict[int, str], edges: Iterable[tuple[Any, ...]], user: str) -> Catalog:
        auto: dict[Id, set[Id]] = {}
        for class_oid, oid, sub, ref_class, ref_oid, ref_sub, strength in edges:
            source = self.resolve(catalogs[class_oid], oid, sub)
            if source is None:
                continue
            target = self.resolve(catalogs[ref_class], ref_oid, ref_sub)
            if target is None or target == source:
                continue
            if instead := self.instead.get((catalogs[class_oid], oid), {}).get(target):
                target, strength = instead, "i"
            if target[1 : len(source)] == source[1:] and len(target) > len(source):
                continue  # a whole on its own part: a table on a column of its partition key
            self.facts[source][2].add(target)
            if strength != "n":
                auto.setdefault(source, set()).add(target)
        facts = {}
        alone: dict[Id, frozenset[Id]] = {}  # most facts need their whole and nothing else
        for id, (spec, parent, needs, order) in self.facts.items():
            if not needs and id not in auto:
                known = takes = frozenset() if parent is None else alone.setdefault(parent, frozenset((parent,)))
            else:
                parts = auto.get(id, set())
                if parent is not None:
                    needs.add(parent)
                    parts.add(parent)
                needs.discard(id)
                known = frozenset(need for need in needs if need in self.facts)
                takes = known & parts
            facts[id] = Fact(id, spec, parent, known, takes, order)
        return Catalog(facts, self.server.version_num, user=user)


def read_catalog(
    connection: psycopg.Connection[tuple[Any, ...]],
    *,
    schemas: tuple[str, ...] = (),
    unqualified: str = "",
) -> Catalog:
    """Reads what a database holds.

    Args:
        connection: in autocommit mode, idle; its settings are as before afterwards.
        schemas: read only these schemas and what belongs to no schema; all when empty.
        unqualified: the one schema whose name is left out of types and expressions.

    Raises:
        psycopg.Error: the server's own errors.
    """
    from psycopg import IsolationLevel

    from telamon.catalog.unmanaged import describe, objects_query, privileges_query
    from telamon.kinds import KINDS
    from telamon.quote import ident

    superuser = connection.info.parameter_status("is_superuser") == "on"
    server = Server(connection.info.server_version, schemas, unqualified, superuser)
    reader = CatalogReader(server)
    queries = [(kind, query) for kind in KINDS if (query := kind.query(server))]
    previous = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with paused(), connection.transaction(), connection.pipeline():
            for setting in PINNED:
                connection.execute(setting)
            path = f"SET LOCAL search_path = {ident(unqualified) if unqualified else chr(39) * 2}"
            connection.execute(path)
            who = connection.execute("SELECT current_user")
            catalogs = connection.execute(CATALOGS)
            members = connection.execute(MEMBERS)
            collations, classes = connection.execute(COLLATIONS), connection.execute(CLASSES)
            found = [(kind, connection.execute(query)) for kind, query in queries]
            edges = connection.execute(DEPENDENCIES)
            objects = connection.execute(objects_query(server))
            privileges = connection.execute(privileges_query())
            # The server works on while we take in what it has found so far.
            user = str((who.fetchone() or ("",))[0])
            class_names = dict(catalogs.fetchall())
            reader.members = {(catalog, oid): extension for catalog, oid, extension in members.fetchall()}
            names = collations.fetchall()
            reader.names = {("pg_collation", oid): (schema, name) for oid, schema, name in names}
            reader.learn_classes(classes.fetchall())
            for kind, cursor in found:
                kind.read(reader, cursor.fetchall())
            catalog = reader.finish(class_names, edges.fetchall(), user)
            everything = [(name, oid) for name, oids in objects.fetchall() for oid in oids]
            nameless = [key for key in everything if not reader.knows(*key)]
            unmanaged = [name for (name,) in privileges.fetchall()]
        if nameless:
            unmanaged += describe(connection, nameless)
        return replace(catalog, unmanaged=tuple(sorted(unmanaged)))
    finally:
        connection.isolation_level = previous
