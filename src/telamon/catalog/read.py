"""Reads a database into a catalog: one query a kind, all in one round trip, on one snapshot."""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from telamon.catalog.facts import NO_LINKS, Catalog, Fact, Id, Links, Needs
from telamon.collector import paused
from telamon.kinds.base import Found, Named, Server, TypeName

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
    "SELECT c.relname, d.objid, d.refobjid FROM pg_catalog.pg_depend d"
    " JOIN pg_catalog.pg_class c ON c.oid = d.classid"
    " WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'"
)

# Edges that order creation: one row for each two catalogs, with pairs of OIDs, and of column numbers, packed. Toast
# tables, schemas (a parent each) and what initdb made are left out in the server; so is what a table's columns, array
# types and row types say of each other, what ties a default to its column and an index to its constraint, and the
# triggers behind foreign keys.
# (As int8, so that the catalog is read through and not by its indexes.)
DEPENDENCIES = """
SELECT classid, refclassid, deptype,
       string_agg(pg_catalog.int8send(objid::int8 << 32 | refobjid::int8), ''),
       string_agg(pg_catalog.int4send(objsubid << 16 | refobjsubid), '')
  FROM pg_catalog.pg_depend
 WHERE objid::int8 >= 16384 AND refobjid::int8 >= 16384 AND deptype IN ('n', 'a', 'i', 'P', 'S')
   AND refclassid <> 'pg_catalog.pg_namespace'::regclass
   AND NOT (classid = refclassid AND objid = refobjid AND refobjsubid = 0)
   AND NOT (classid = 'pg_catalog.pg_type'::regclass AND deptype = 'i')
   AND NOT (classid = 'pg_catalog.pg_attrdef'::regclass AND deptype = 'a')
   AND NOT (classid = 'pg_catalog.pg_class'::regclass AND refclassid = 'pg_catalog.pg_constraint'::regclass
            AND deptype = 'i')
   AND NOT (classid = 'pg_catalog.pg_trigger'::regclass AND refclassid = 'pg_catalog.pg_constraint'::regclass)
 GROUP BY 1, 2, 3
"""

CATALOGS = "SELECT oid, relname FROM pg_catalog.pg_class WHERE oid < 16384 AND relnamespace = 11 AND relkind = 'r'"

NAMES = (
    "SELECT 'pg_collation', c.oid, n.nspname, c.collname FROM pg_catalog.pg_collation c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace"
    " UNION ALL SELECT 'pg_am', oid, '', amname FROM pg_catalog.pg_am"
)
CLASSES = (
    "SELECT c.oid, n.nspname, c.opcname, c.opcmethod, c.opcdefault, c.opcintype"
    " FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace"
)

TYPES = "SELECT oid, pg_catalog.format_type(oid, NULL), typcollation, typstorage, typarray FROM pg_catalog.pg_type"


class CatalogReader:
    """Takes facts from the kinds, then adds what `pg_depend` says. See `telamon.kinds.base.Reader`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.facts: dict[Id, Fact] = {}
        self.edges: list[tuple[Any, ...]] = []
        self.catalogs: dict[int, str] = {}
        self.links = Links(self.work_out)
        self.needs: dict[Id, Collection[Id | None]] = {}
        self.wholes: defaultdict[str, dict[int, Id]] = defaultdict(dict)
        self.columns: dict[tuple[int, int], Id] = {}
        self.attributes: dict[tuple[int, int], Named] = {}
        self.members: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, int], tuple[str, str]] = {}
        self.paths: dict[tuple[str, int, int], Id | None] = {}
        self.parents: dict[Id, Id | None] = {}
        self.with_parts: list[tuple[Id, Id, Collection[str]]] = []
        self.types: dict[int, tuple[Any, ...]] = {}
        self.classes: dict[int, list[Any]] = {}
        self.own_defaults: set[tuple[int, int]] = set()
        self.left: list[str] = []
        self.instead: dict[tuple[str, int], dict[Id, Id]] = {}

    def add(
        self,
        id: Id,
        spec: Any,
        address: tuple[str, int] | tuple[str, int, int] | None = None,
        *,
        parent: Id | None = None,
        needs: Collection[Id | None] = (),
        order: int = 0,
    ) -> None:
        self.facts[id] = Fact(id, spec, parent, order, self.links)
        if needs:
            self.needs[id] = needs
        if address is not None:
            if len(address) == 3:
                self.columns[address[1], address[2]] = id
            else:
                self.wholes[address[0]][address[1]] = id

    def add_all(self, by_address: dict[Any, Id], found: Iterable[Found]) -> None:
        facts, links, new = self.facts, self.links, tuple.__new__
        for id, spec, address, parent, order, needs in found:
            # As Fact(...) does, without a call in Python: this is done once for nearly each fact there is.
            facts[id] = new(Fact, (id, spec, parent, order, links))
            if needs:
                self.needs[id] = needs
            if address is not None:
                by_address[address] = id

    def alias(self, catalog: str, oid: int, id: Id, sub: int = 0, path: Id | None = None) -> None:
        if sub:
            self.columns[oid, sub] = id
        else:
            self.wholes[catalog][oid] = id
        self.paths[catalog, oid, sub] = path

    def redirect(self, catalog: str, oid: int, target: Id, instead: Id) -> None:
        self.instead.setdefault((catalog, oid), {})[target] = instead

    def described(self, catalog: str, oid: int, sub: int) -> tuple[Id, Id] | None:
        id = self.columns.get((oid, sub)) if sub else self.wholes[catalog].get(oid)
        if id is None:
            return None
        path = self.paths.get((catalog, oid, sub), id)
        return None if path is None else (path, id)

    def leave(self, what: str) -> None:
        self.left.append(what)

    def require_parts(self, id: Id, of: Id, kinds: Collection[str]) -> None:
        self.with_parts.append((id, of, kinds))

    def parent(self, id: Id) -> Id | None:
        return self.facts[id].parent

    def operator_class(self, oid: int, type_oid: int, *, always: bool = False) -> tuple[str, str] | None:
        schema, name, method, default, input_type = self.classes[oid]
        if not always and default and (type_oid in (0, input_type) or (method, type_oid) not in self.own_defaults):
            return None
        return schema, name

    def learn_classes(self, found: Iterable[tuple[Any, ...]]) -> None:
        rows = list(found)
        self.classes = {oid: rest for oid, *rest in rows}
        self.own_defaults = {(method, type) for _, _, _, method, default, type in rows if default}

    def find(self, catalog: str, oid: int, sub: int = 0) -> Id | None:
        return self.columns.get((oid, sub)) if sub else self.wholes[catalog].get(oid)

    def all_of(self, catalog: str) -> dict[int, Id]:
        return self.wholes[catalog]

    def type_of(self, oid: int) -> TypeName:
        return TypeName(*self.types[oid][1:])

    def is_member(self, catalog: str, oid: int) -> bool:
        return (catalog, oid) in self.members

    def unknown(self, catalog: str, oids: Iterable[int]) -> list[tuple[str, int]]:
        """Those objects for which no fact stands."""
        others = set(oids).difference(self.wholes[catalog])
        return [(catalog, oid) for oid in others if (catalog, oid) not in self.members]

    def name_of(self, catalog: str, oid: int) -> tuple[str, str]:
        return self.names[catalog, oid]

    def ends(self, class_oid: int, oids: Sequence[int], subs: Sequence[int]) -> list[Id | None]:
        """The facts that one end of many dependencies means: a column, else its table; a member, else its extension.

        Args:
            subs: the numbers of columns, 0 for the whole.
        """
        catalog = self.catalogs[class_oid]
        wholes, columns = self.wholes[catalog], self.columns
        if any(subs):
            found = [columns.get(place) or wholes.get(place[0]) for place in zip(oids, subs, strict=True)]
        else:
            found = list(map(wholes.get, oids))
        if None in found:
            extensions, members = self.wholes["pg_extension"], self.members
            for place, (id, oid) in enumerate(zip(found, oids, strict=True)):
                if id is None and (catalog, oid) in members:
                    found[place] = extensions.get(members[catalog, oid])
        return found

    def give(self) -> dict[Id, Fact]:
        """The facts. The reader lets go of them: they hold it by their links, and no ring shall keep them in memory."""
        facts = self.facts
        self.parents = {id: fact.parent for id, fact in facts.items()}
        self.facts, self.links = {}, NO_LINKS
        return facts

    def work_out(self) -> tuple[Needs, Needs]:
        """What `pg_depend` says, and the kinds, of what facts need beside their parents."""
        parents = self.parents
        needs = {
            id: {need for need in wanted if need is not None and need in parents} for id, wanted in self.needs.items()
        }
        parts: defaultdict[Id | None, list[Id]] = defaultdict(list)
        for part, parent in parents.items() if self.with_parts else ():
            parts[parent].append(part)
        for id, of, kinds in self.with_parts:
            needs[id].update(part for part in parts[of] if part[0] in kinds)
        auto: dict[Id, set[Id]] = {}
        instead = {self.wholes[catalog].get(oid): changes for (catalog, oid), changes in self.instead.items()}
        for source, target, strong in self.linked():
            if instead and source in instead and target in instead[source]:
                target, strong = instead[source][target], True
            if len(target) > len(source) and target[1 : len(source)] == source[1:]:
                continue  # a whole on its own part: a table on a column of its partition key
            for found in (needs, auto) if strong else (needs,):
                others = found.get(source)
                if others is None:
                    found[source] = {target}
                else:
                    others.add(target)
        known: Needs = {}
        takes: Needs = {}
        for id, wanted in needs.items():
            taking = auto.get(id, set())
            parent = parents[id]
            if parent is not None:
                wanted.add(parent)
                taking.add(parent)
            wanted.discard(id)
            known[id] = frozenset(wanted)
            takes[id] = known[id] if taking == wanted else known[id] & taking
        return known, takes

    def linked(self) -> Iterator[tuple[Id, Id, bool]]:
        """(source, target, whether it goes with it) of what `pg_depend` says of facts, parents left out."""
        parents = self.parents
        for class_oid, ref_class, strength, packed_oids, packed_subs in self.edges:
            oids, subs = numbers_in(packed_oids, "I"), numbers_in(packed_subs, "H")
            sources, targets = self.ends(class_oid, oids[::2], subs[::2]), self.ends(ref_class, oids[1::2], subs[1::2])
            strong = strength != "n"
            for source, target in zip(sources, targets, strict=True):
                if source and target and target is not parents[source] and target is not source:
                    yield source, target, strong


def numbers_in(packed: bytes, code: str) -> array[int]:
    """The numbers that the server packed, one after the other.

    Args:
        code: of what there is in memory: I for OIDs, H for the numbers of columns.
    """
    numbers = array(code, packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def read_catalog(
    connection: psycopg.Connection[tuple[Any, ...]],
    *,
    schemas: tuple[str, ...] = (),
    unqualified: str = "",
    roles: tuple[str, ...] = (),
    database: bool = False,
) -> Catalog:
    """Reads what a database holds.

    Args:
        connection: in autocommit mode, idle; its settings are as before afterwards.
        schemas: read only these schemas and what belongs to no schema; all when empty.
        unqualified: the one schema whose name is left out of types and expressions.
        roles: patterns of the roles that are read, too.
        database: read what belongs to the database as a whole, too: settings, comment, grants.

    Raises:
        psycopg.Error: the server's own errors.
    """
    from telamon.catalog.fetch import Query, snapshot
    from telamon.catalog.unmanaged import describe, objects_query, silenced_query
    from telamon.kinds import KINDS
    from telamon.quote import ident

    superuser = connection.info.parameter_status("is_superuser") == "on"
    server = Server(connection.info.server_version, schemas, unqualified, superuser, roles, database)
    path = f"SET LOCAL search_path = {ident(unqualified) if unqualified else chr(39) * 2}"
    with paused(), snapshot(connection, (*PINNED, path)) as here:
        # Most databases have nothing of most kinds: asking whether costs less than asking what.
        tests = sorted({kind.present for kind in KINDS if kind.present})
        answers = here.row(f"SELECT {', '.join(f'EXISTS ({test})' for test in tests)}")
        absent = frozenset(test for test, there in zip(tests, answers, strict=True) if not there)
        server = replace(server, absent=absent)
        reader = CatalogReader(server)
        kinds = [(kind, query) for kind in KINDS if kind.present not in absent and (query := kind.query(server))]
        queries = [Query(text) for text in ("SELECT current_user", CATALOGS, MEMBERS, NAMES, CLASSES, TYPES)]
        queries += [Query(query, kind.apart) for kind, query in kinds]
        queries += [Query(text, True) for text in (objects_query(server), silenced_query(server), DEPENDENCIES)]
        results = here.rows(queries)
        user = str(next(next(results))[0])
        reader.catalogs = dict(next(results))
        reader.members = {(catalog, oid): extension for catalog, oid, extension in next(results)}
        reader.names = {(catalog, oid): (schema, name) for catalog, oid, schema, name in next(results)}
        reader.learn_classes(next(results))
        reader.types = {row[0]: row for row in next(results)}
        for kind, _ in kinds:
            kind.read(reader, next(results))
        nameless = [key for catalog, oids in next(results) if oids for key in reader.unknown(catalog, oids)]
        unmanaged = [name for (name,) in next(results)]
        reader.edges = list(next(results))
    unmanaged += reader.left
    unmanaged += describe(connection, nameless) if nameless else []
    return Catalog(reader.give(), server.version_num, tuple(sorted(unmanaged)), user)
