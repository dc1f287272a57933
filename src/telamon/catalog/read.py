"""Reads a database into a catalog: one query a kind, all in one round trip, on one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from telamon.catalog.facts import Catalog, Fact, Id, Links, Needs
from telamon.collector import paused
from telamon.kinds.base import Server, TypeName

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

# Edges that order creation, as arrays: one row for each pair of catalogs. Toast tables, schemas (a parent each) and
# what initdb made are left out in the server; so is what a table's columns, array types and row types say of each
# other, and the triggers behind foreign keys. (As int8, so that the catalog is read through and not by its indexes.)
DEPENDENCIES = """
SELECT classid, refclassid, deptype,
       array_agg(objid)::text, array_agg(objsubid)::text, array_agg(refobjid)::text, array_agg(refobjsubid)::text
  FROM pg_catalog.pg_depend
 WHERE objid::int8 >= 16384 AND refobjid::int8 >= 16384 AND deptype IN ('n', 'a', 'i', 'P', 'S')
   AND refclassid <> 'pg_catalog.pg_namespace'::regclass
   AND NOT (classid = refclassid AND objid = refobjid AND refobjsubid = 0)
   AND NOT (classid = 'pg_catalog.pg_type'::regclass AND deptype = 'i')
   AND NOT (classid = 'pg_catalog.pg_trigger'::regclass AND refclassid = 'pg_catalog.pg_constraint'::regclass)
 GROUP BY 1, 2, 3
"""

CATALOGS = "SELECT oid, relname FROM pg_catalog.pg_class WHERE relnamespace = 11 AND relkind = 'r'"

COLLATIONS = (
    "SELECT c.oid, n.nspname, c.collname FROM pg_catalog.pg_collation c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace"
)
CLASSES = (
    "SELECT c.oid, n.nspname, c.opcname, c.opcmethod, c.opcdefault, c.opcintype"
    " FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace"
)


TYPES = "SELECT oid, pg_catalog.format_type(oid, NULL), typcollation, typstorage FROM pg_catalog.pg_type"


class CatalogReader:
    """Takes facts from the kinds, then adds what `pg_depend` says. See `telamon.kinds.base.Reader`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.facts: dict[Id, Fact] = {}
        self.edges: list[tuple[Any, ...]] = []
        self.catalogs: dict[int, str] = {}
        self.links = Links(self.work_out)
        self.needs: dict[Id, set[Id]] = {}
        self.wholes: defaultdict[str, dict[int, Id]] = defaultdict(dict)
        self.columns: dict[tuple[str, int, int], Id] = {}
        self.members: dict[tuple[str, int], int] = {}
        self.names: dict[tuple[str, int], tuple[str, str]] = {}
        self.paths: dict[tuple[str, int, int], Id | None] = {}
        self.by_parent: dict[Id, list[Id]] = {}
        self.types: dict[int, TypeName] = {}
        self.column_names: dict[tuple[int, int], tuple[str, int, int]] = {}
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
        needs: Iterable[Id | None] = (),
        order: int = 0,
    ) -> None:
        # As Fact(...) does, without a call in Python: this is done once for each fact there is.
        self.facts[id] = tuple.__new__(Fact, (id, spec, parent, order, self.links))
        if needs:
            self.needs[id] = {need for need in needs if need is not None}
        if address is not None:
            if len(address) == 3:
                self.columns[address] = id
            else:
                self.wholes[address[0]][address[1]] = id

    def alias(self, catalog: str, oid: int, id: Id, sub: int = 0, path: Id | None = None) -> None:
        if sub:
            self.columns[catalog, oid, sub] = id
        else:
            self.wholes[catalog][oid] = id
        self.paths[catalog, oid, sub] = path

    def redirect(self, catalog: str, oid: int, target: Id, instead: Id) -> None:
        self.instead.setdefault((catalog, oid), {})[target] = instead

    def described(self, catalog: str, oid: int, sub: int) -> tuple[Id, Id] | None:
        id = self.find(catalog, oid, sub)
        path = self.paths.get((catalog, oid, sub), id)
        return None if id is None or path is None else (path, id)

    def leave(self, what: str) -> None:
        self.left.append(what)

    def parts(self, id: Id) -> list[Id]:
        if not self.by_parent:
            for part, fact in self.facts.items():
                if fact.parent is not None:
                    self.by_parent.setdefault(fact.parent, []).append(part)
        return self.by_parent.get(id, [])

    def parent(self, id: Id) -> Id | None:
        return self.facts[id].parent

    def operator_class(self, oid: int, type_oid: int, *, always: bool = False) -> tuple[str, str] | None:
        schema, name, method, default, input_type = self.classes[oid]
        if not always and default and (type_oid in (0, input_type) or (method, type_oid) not in self.own_defaults):
            return None
        return schema, name

    def learn_classes(self, rows: list[tuple[int, str, str, int, bool, int]]) -> None:
        self.classes = {oid: rest for oid, *rest in rows}
        self.own_defaults = {(method, type) for _, _, _, method, default, type in rows if default}

    def find(self, catalog: str, oid: int, sub: int = 0) -> Id | None:
        return self.columns.get((catalog, oid, sub)) if sub else self.wholes[catalog].get(oid)

    def all_of(self, catalog: str) -> Mapping[int, Id]:
        return self.wholes[catalog]

    def type_of(self, oid: int) -> TypeName:
        return self.types[oid]

    def learn_column(self, relation: int, number: int, column: tuple[str, int, int]) -> None:
        self.column_names[relation, number] = column

    def column_of(self, relation: int, number: int) -> tuple[str, int, int]:
        return self.column_names[relation, number]

    def is_member(self, catalog: str, oid: int) -> bool:
        return (catalog, oid) in self.members

    def unknown(self, catalog: str, oids: Iterable[int]) -> list[tuple[str, int]]:
        """Those objects for which no fact stands."""
        known = self.wholes[catalog]
        return [(catalog, oid) for oid in oids if oid not in known and (catalog, oid) not in self.members]

    def name_of(self, catalog: str, oid: int) -> tuple[str, str]:
        return self.names[catalog, oid]

    def ends(self, class_oid: int, oids: str, subs: str) -> Iterator[Id | None]:
        """The facts that one end of many dependencies means: a column, else its table; a member, else its extension.

        Args:
            oids: an array as the server writes it, as is `subs`.
        """
        catalog = self.catalogs[class_oid]
        wholes, columns, members = self.wholes[catalog], self.columns, self.members
        extensions = self.wholes["pg_extension"]
        for oid, sub in zip(map(int, oids[1:-1].split(",")), map(int, subs[1:-1].split(",")), strict=True):
            found = columns.get((catalog, oid, sub)) if sub else None
            if found is None:
                found = wholes.get(oid)
                if found is None and (catalog, oid) in members:
                    found = extensions.get(members[catalog, oid])
            yield found

    def work_out(self) -> tuple[Needs, Needs]:
        """What `pg_depend` says, and the kinds, of what facts need beside their parents."""
        facts = self.facts
        needs = {id: {need for need in wanted if need in facts} for id, wanted in self.needs.items()}
        auto: dict[Id, set[Id]] = {}
        instead = {self.wholes[catalog].get(oid): changes for (catalog, oid), changes in self.instead.items()}
        for class_oid, ref_class, strength, *ends in self.edges:
            taken = strength != "n"
            targets = self.ends(ref_class, *ends[2:])
            for source, target in zip(self.ends(class_oid, *ends[:2]), targets, strict=True):
                if source is None or target is None or target is source or target is facts[source].parent:
                    continue
                strong = taken
                if source in instead and target in instead[source]:
                    target, strong = instead[source][target], True
                if target[1 : len(source)] == source[1:] and len(target) > len(source):
                    continue  # a whole on its own part: a table on a column of its partition key
                needs.setdefault(source, set()).add(target)
                if strong:
                    auto.setdefault(source, set()).add(target)
        known, takes = {}, {}
        for id, wanted in needs.items():
            parts = auto.get(id, set())
            parent = facts[id].parent
            if parent is not None:
                wanted.add(parent)
                parts.add(parent)
            wanted.discard(id)
            known[id] = frozenset(wanted)
            takes[id] = known[id] & parts
        return known, takes


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
    from telamon.catalog.unmanaged import describe, objects_query, privileges_query
    from telamon.kinds import KINDS
    from telamon.quote import ident

    superuser = connection.info.parameter_status("is_superuser") == "on"
    server = Server(connection.info.server_version, schemas, unqualified, superuser, roles, database)
    reader = CatalogReader(server)
    path = f"SET LOCAL search_path = {ident(unqualified) if unqualified else chr(39) * 2}"
    with paused(), snapshot(connection, (*PINNED, path)) as here:
        # Most databases have nothing of most kinds: asking whether costs less than asking what.
        tests = sorted({kind.present for kind in KINDS if kind.present})
        answers = here.row(f"SELECT {', '.join(f'EXISTS ({test})' for test in tests)}")
        absent = {test for test, there in zip(tests, answers, strict=True) if not there}
        kinds = [(kind, query) for kind in KINDS if kind.present not in absent and (query := kind.query(server))]
        queries = [Query(text) for text in ("SELECT current_user", CATALOGS, MEMBERS, COLLATIONS, CLASSES, TYPES)]
        queries += [Query(query, kind.apart) for kind, query in kinds]
        queries += [Query(text, True) for text in (objects_query(server), privileges_query(), DEPENDENCIES)]
        results = here.rows(queries)
        user = str(next(results)[0][0])
        reader.catalogs = dict(next(results))
        reader.members = {(catalog, oid): extension for catalog, oid, extension in next(results)}
        reader.names = {("pg_collation", oid): (schema, name) for oid, schema, name in next(results)}
        reader.learn_classes(next(results))
        reader.types = {oid: TypeName(*rest) for oid, *rest in next(results)}
        for kind, _ in kinds:
            kind.read(reader, next(results))
        nameless = [key for catalog, oids in next(results) for key in reader.unknown(catalog, oids)]
        unmanaged = [name for (name,) in next(results)]
        reader.edges = next(results)
    unmanaged += reader.left
    unmanaged += describe(connection, nameless) if nameless else []
    return Catalog(reader.facts, server.version_num, tuple(sorted(unmanaged)), user)
