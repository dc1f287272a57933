"""Owners. An object of the role that reads has no owner fact: whoever runs the migration owns it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact, title
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import described
from telamon.quote import ident

OWNED = (
    ("pg_namespace", "nspowner", "true"),
    ("pg_class", "relowner", "c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't'"),
    ("pg_type", "typowner", "c.typtype IN ('b', 'c', 'd', 'e', 'r') AND c.typelem = 0"),
    ("pg_proc", "proowner", "true"),
    ("pg_collation", "collowner", "true"),
    ("pg_conversion", "conowner", "true"),
    ("pg_operator", "oprowner", "true"),
    ("pg_opclass", "opcowner", "true"),
    ("pg_opfamily", "opfowner", "true"),
    ("pg_ts_dict", "dictowner", "true"),
    ("pg_ts_config", "cfgowner", "true"),
    ("pg_statistic_ext", "stxowner", "true"),
    ("pg_language", "lanowner", "true"),
    ("pg_foreign_data_wrapper", "fdwowner", "true"),
    ("pg_foreign_server", "srvowner", "true"),
    ("pg_event_trigger", "evtowner", "true"),
    ("pg_publication", "pubowner", "true"),
    ("pg_largeobject_metadata", "lomowner", "false"),
)


class OwnerSpec(Struct, frozen=True):
    role: str


class Owner(Kind):
    name = "owner"
    leaf = True
    rank = 81
    leads = True
    survives = frozenset({"typmod", "type"})

    def lasts(self, fact: Fact) -> bool:
        return True

    def query(self, server: Server) -> str:
        return " UNION ALL ".join(
            f"SELECT '{catalog}', c.oid::int8, pg_catalog.pg_get_userbyid(c.{owner}) FROM pg_catalog.{catalog} c"
            f" WHERE (c.oid >= 16384{' OR c.oid = 2200' if catalog == 'pg_namespace' else ''})"
            f" AND c.{owner} <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) AND {condition}"
            for catalog, owner, condition in OWNED
            if not server.lacks(catalog)
        )

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for catalog, oid, role in rows:
            found = reader.described(catalog, oid, 0)
            if found is not None:
                target, parent = found
                reader.add(("owner", *target), OwnerSpec(role), parent=parent)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.give(fact, ident(fact.spec.role), ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.give(fact, "CURRENT_USER", ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def roles(self, fact: Fact) -> Sequence[str]:
        return (fact.spec.role,)

    def give(self, fact: Fact, role: str, ctx: Context) -> list[Step]:
        target = fact.id[1:]
        if target[0] == "sequence" and (fact.parent or ("",))[0] == "column":
            return []  # the sequence of an identity column has its table's owner
        return [Step(f"ALTER {described(target, ctx)} OWNER TO {role}", f"set owner of {title(target)}")]
