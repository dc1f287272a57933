"""Privileges: for each object and role, how they differ from what PostgreSQL gives by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact, Id, title
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.default_privilege import defaults_of, grantable, initial_privileges
from telamon.kinds.naming import anywhere, described
from telamon.kinds.privileges import Privileges, by_grantee, exploded, moves, named, within
from telamon.quote import ident, role

OBJECTS = (
    ("pg_class", "relacl", "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END", "relowner"),
    ("pg_proc", "proacl", "'f'", "proowner"),
    ("pg_namespace", "nspacl", "'n'", "nspowner"),
    ("pg_type", "typacl", "'T'", "typowner"),
    ("pg_language", "lanacl", "'l'", "lanowner"),
    ("pg_foreign_data_wrapper", "fdwacl", "'F'", "fdwowner"),
    ("pg_foreign_server", "srvacl", "'S'", "srvowner"),
)
WORDS = {"procedure": "PROCEDURE", "view": "TABLE", "materialized_view": "TABLE", "foreign_table": "TABLE",
         "foreign_data_wrapper": "FOREIGN DATA WRAPPER", "server": "FOREIGN SERVER", "domain": "TYPE",
         "enum": "TYPE", "composite": "TYPE", "range": "TYPE", "base_type": "TYPE"}  # fmt: skip
RELATIONS = ("table", "view", "materialized_view", "foreign_table")
ROUTINES = ("function", "procedure", "aggregate")
# Of a member of an extension, which is no fact: the extension, and the member's type, quoted name and column.
MEMBER = """
    CASE WHEN (x.class, x.oid) IN (SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
                                    WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e') THEN
     (SELECT ARRAY[e.extname::text, o.type, o.identity,
                   (SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.oid AND a.attnum = x.sub
                       AND x.sub > 0)]
        FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid,
             pg_catalog.pg_identify_object(x.class, x.oid, 0) o
       WHERE d.classid = x.class AND d.objid = x.oid AND d.objsubid = 0 AND d.deptype = 'e') END"""
COLUMNS = "catalog, oid, sub, acl, standard, owner"


class GrantSpec(Struct, frozen=True):
    """
    Args:
        held: (privilege, with grant option), sorted.
        given: what the role holds when nobody granted or revoked anything.
    """

    held: Privileges
    given: Privileges


class Grant(Kind):
    name = "grant"
    leaf = True
    rank = 82
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        parts = [
            f"SELECT 'pg_catalog.{catalog}'::regclass, '{catalog}', c.oid, 0, c.{acl},"
            f' coalesce(i.initprivs, pg_catalog.acldefault({letter}::"char", c.{owner})), c.{owner}'
            f" FROM pg_catalog.{catalog} c LEFT JOIN pg_catalog.pg_init_privs i ON i.objoid = c.oid AND i.objsubid = 0"
            f" AND i.classoid = 'pg_catalog.{catalog}'::regclass AND i.privtype = 'e'"
            f" WHERE c.{acl} IS DISTINCT FROM i.initprivs AND c.{acl} IS NOT NULL"
            f" AND (c.oid >= 16384{' OR c.oid = 2200' if catalog == 'pg_namespace' else ''})"
            for catalog, acl, letter, owner in OBJECTS
            if not server.lacks(catalog)
        ]
        if server.database:
            parts.append(
                "SELECT 'pg_catalog.pg_database'::regclass, 'pg_database', d.oid, 0, d.datacl,"
                " pg_catalog.acldefault('d', d.datdba), d.datdba FROM pg_catalog.pg_database d"
                " WHERE d.datname = current_database() AND d.datacl IS NOT NULL"
            )
        parts.append(
            "SELECT 'pg_catalog.pg_class'::regclass, 'pg_class', a.attrelid, a.attnum, a.attacl,"
            " coalesce(i.initprivs, '{}'::pg_catalog.aclitem[]), c.relowner FROM pg_catalog.pg_attribute a"
            " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
            " LEFT JOIN pg_catalog.pg_init_privs i ON i.objoid = a.attrelid AND i.objsubid = a.attnum"
            " AND i.classoid = 'pg_catalog.pg_class'::regclass AND i.privtype = 'e'"
            " WHERE a.attacl IS DISTINCT FROM i.initprivs AND a.attacl IS NOT NULL AND a.attrelid::int8 >= 16384"
        )
        # Many objects have the same privileges: each list is taken apart once.
        listed = f"SELECT x.*, {MEMBER} AS member FROM ({' UNION ALL '.join(parts)}) AS x (class, {COLUMNS})"
        return (
            f"SELECT s.catalog, pg_catalog.pg_get_userbyid(s.owner), {exploded('s.acl')}, {exploded('s.standard')},"
            " s.member, s.oids, s.subs FROM (SELECT catalog, owner, acl, standard, member, array_agg(oid) AS oids,"
            f" array_agg(sub) AS subs FROM ({listed}) o GROUP BY catalog, owner, acl, standard, member) s"
        )

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for catalog, owner, held, given, member, oids, subs in rows:
            moved = self.moved(owner, by_grantee(held), by_grantee(given))
            if not moved:
                continue
            for oid, sub in zip(oids, subs, strict=True):
                found = reader.described(catalog, oid, sub)
                if member:
                    found = ("member", *(part for part in member[1:] if part)), ("extension", member[0])
                if found is not None:
                    target, parent = found
                    for tail, spec, grantor in moved:
                        # Who passes a privilege on must hold it first.
                        needs = [("grant", *target, f"to {grantor}")] if grantor else ()
                        reader.add(("grant", *target, *tail), spec, parent=parent, needs=needs)

    def moved(
        self, owner: str, have: dict[tuple[str, str], Privileges], standard: dict[tuple[str, str], Privileges]
    ) -> list[tuple[Id, GrantSpec, str]]:
        """(end of the identity, spec, grantor unless it is the owner) for all whose privileges are not the given ones.

        The owner is named by its role only where it is not the reader's own (see owner.py).
        """
        found: list[tuple[Id, GrantSpec, str]] = []
        for grantee, grantor in sorted(have.keys() | standard.keys()):
            spec = GrantSpec(have.get((grantee, grantor), ()), standard.get((grantee, grantor), ()))
            if spec.held != spec.given:
                who = "to the owner" if grantee == owner else f"to {grantee}"
                other = "" if grantor == owner else grantor
                found.append(((who, f"by {other}") if other else (who,), spec, other))
        return found

    def within(self, fact: Fact, server: Server) -> Fact | None:
        held, given = within(fact.spec.held, server), within(fact.spec.given, server)
        return fact._replace(spec=GrantSpec(held, given)) if held != given else None

    def roles(self, fact: Fact) -> Sequence[str]:
        return named(fact.id[-2:])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        given = fact.spec.given
        if fact.parent in ctx.created:
            initial = initial_privileges(ctx.old, *defaults_of(fact.id[1:-1]))
            given = initial.get(fact.id[-1], (given, given))[0]
        return self.change(fact, given, fact.spec.held, ctx)

    def missing(self, ctx: Context) -> list[Fact]:
        """What default privileges give to what the plan creates, and the desired schema does not."""
        if not any(fact.kind == "default_privilege" for fact in ctx.old):
            return []
        found = []
        for id in sorted(ctx.created):
            for target in grantable(ctx.new.facts[id]):
                owner = ctx.new.get(("owner", *target))
                for grantee, (held, given) in initial_privileges(ctx.old, *defaults_of(target)).items():
                    path = ("grant", *target, grantee)
                    owned = owner is not None and grantee == f"to {owner.spec.role}"
                    if held != given and not owned and path not in ctx.new.facts:
                        found.append(Fact(path, GrantSpec(given, given), id))
        return found

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.held, fact.spec.given, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.change(new, old.spec.held, new.spec.held, ctx)

    def change(self, fact: Fact, old: Privileges, new: Privileges, ctx: Context) -> list[Step]:
        """The statements about one fact. What a REVOKE on a relation sweeps off its columns, it gives back at once."""
        if fact.id[1] in ("column", "view_column"):
            swept = swept_privileges(fact, ctx)
            old, new = (tuple(p for p in state if p[0] not in swept) for state in (old, new))
        steps = self.say(fact, old, new, ctx)
        swept = {p for verb, privileges, _ in moves(old, new) if verb != "GRANT" for p in privileges}
        if swept and fact.id[1] in RELATIONS:
            for grant in column_grants(fact, ctx):
                steps += self.say(grant, (), tuple(p for p in grant.spec.held if p[0] in swept), ctx)
        return steps

    def say(self, fact: Fact, old: Privileges, new: Privileges, ctx: Context) -> list[Step]:
        target, grantee, grantor = parts(fact, ctx)
        on, column = self.object(target, ctx)
        steps = []
        for verb, privileges, tail in moves(old, new):
            listed = ", ".join(f"{privilege}{column}" for privilege in privileges)
            link = "TO" if verb == "GRANT" else "FROM"
            sql = f"{verb} {listed} ON {on} {link} {grantee}{tail}"
            sql = anywhere(sql)
            if grantor:
                sql = f"SET ROLE {ident(grantor)};\n{sql};\nRESET ROLE"
            words = "grant to" if link == "TO" else "revoke from"
            steps.append(Step(sql, f"{words} {grantee} on {title(target)}"))
        return steps

    def object(self, target: Id, ctx: Context) -> tuple[str, str]:
        """(the object as GRANT names it, the column list)."""
        if target[0] == "member":
            type = target[1].replace("-", "_").replace(" ", "_")
            kind = "ROUTINE" if type in ROUTINES else WORDS.get(type, target[1].upper())
            return f"{kind} {target[2]}", f" ({ident(target[3])})" if len(target) > 3 else ""
        if target[0] == "column" or target[0] == "view_column":
            return f"TABLE {ctx.name(*target[1:3])}", f" ({ident(target[3])})"
        words = described(target, ctx)
        if target[0] in WORDS:
            kind = words[: words.index('"')].strip()
            words = WORDS[target[0]] + words[len(kind) :]
        elif target[0] == "aggregate":
            words = f"FUNCTION {ctx.name(*target[1:3])}({target[3]})"
        return words, ""


def column_grants(fact: Fact, ctx: Context) -> list[Fact]:
    """What the same grantee shall hold, of the same grantor, on columns of the relation that a grant is about."""
    relation = fact.id[1:4]
    parts = [part for part in ctx.new.children(relation) if part.kind in ("grant", "column")]
    grants = [grant for part in parts for grant in ([part] if part.kind == "grant" else ctx.new.children(part.id))]
    return [
        grant
        for grant in grants
        if grant.id[1] in ("column", "view_column") and grant.id[2:4] == relation[1:] and grant.id[5:] == fact.id[4:]
    ]


def swept_privileges(grant: Fact, ctx: Context) -> set[str]:
    """The privileges that the grantee of a column loses by a REVOKE on the whole relation, which gives them back."""
    swept: set[str] = set()
    for kind in RELATIONS:
        id = ("grant", kind, *grant.id[2:4], *grant.id[5:])
        old, new = ctx.old.get(id), ctx.new.get(id)
        some = new or old
        if some is None or grant.id not in ctx.new.facts:
            continue
        before = old.spec.held if old else some.spec.given
        if some.parent in ctx.created:
            before = initial_privileges(ctx.old, *defaults_of(some.id[1:-1])).get(some.id[-1], (some.spec.given,))[0]
        after = new.spec.held if new else some.spec.given
        swept |= {p for verb, privileges, _ in moves(before, after) if verb != "GRANT" for p in privileges}
    return swept


def parts(fact: Fact, ctx: Context) -> tuple[Id, str, str]:
    """(target, grantee as written, grantor or "") of a grant's identity."""
    path = fact.id[1:]
    grantor = ""
    if path[-1].startswith("by "):
        grantor, path = path[-1][3:], path[:-1]
    grantee = path[-1]
    target = path[:-1]
    if grantee == "to the owner":
        whole = ctx.new.get(fact.parent or target)
        while whole is not None and whole.parent is not None:
            whole = ctx.new.get(whole.parent)
        owner = ctx.new.get(("owner", *whole.id)) if whole else None
        return target, ident(owner.spec.role) if owner else "CURRENT_USER", grantor
    return target, role(grantee.removeprefix("to ")), grantor
