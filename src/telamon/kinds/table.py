"""Tables: ordinary, partitioned, inherited, typed. Columns, constraints and the rest are facts of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds import inheritance
from telamon.kinds.base import Aside, Context, Kind, Reader, Row, Server, Step
from telamon.kinds.types import conversion, moved_name
from telamon.quote import ident, literal


class TableSpec(Struct, frozen=True):
    """
    Args:
        partition_key: as in PARTITION BY, or "".
        inherits: parents in order; not the partitioned table of a partition.
        partition: whether it is a partition (its bounds are a fact of their own).
        of_type: the composite type of a typed table, or "".
        access_method: "" for heap; of a partitioned table, for the default when a partition is made.
        key_columns: those that the partition key uses, in expressions too. Follows from the key.
    """

    unlogged: bool
    partition_key: str
    inherits: tuple[Id, ...]
    partition: bool
    of_type: str
    access_method: str
    tablespace: str
    options: tuple[str, ...]
    row_security: bool
    force_row_security: bool
    key_columns: Aside[tuple[str, ...]] = Aside(())


TABLES = ("table", "foreign_table")
"""Kinds with columns, defaults, constraints and partitions' bounds."""


def key_columns(table: Fact) -> tuple[str, ...]:
    """The columns that the partition key of a table, foreign or not, uses."""
    return table.spec.key_columns.value if isinstance(table.spec, TableSpec) else ()


@lru_cache(maxsize=4)
def heirs(catalog: Catalog) -> dict[Id, list[Id]]:
    """The tables that have partitions or inheritors, so that ONLY matters for them, and which."""
    found: dict[Id, list[Id]] = defaultdict(list)
    for fact in catalog:
        if fact.kind in TABLES:
            for parent in fact.spec.inherits:
                found[parent].append(fact.id)
        elif fact.kind == "partition" and fact.parent is not None:
            found[fact.spec.of].append(fact.parent)
    return dict(found)


def alter_table(ctx: Context, table: Id, *, only: bool = False) -> str:
    """`ALTER TABLE x`, for whatever kind of relation the path names."""
    return f"ALTER TABLE {'ONLY ' if only else ''}{ctx.name(table[1], table[2])}"


def column_options(options: Sequence[str] | None) -> tuple[str, ...]:
    """What a person set in `attoptions`, sorted.

    Some minor releases (15.20 is one) keep a mark of their own there on every column, `pg_attver`: it differs from
    database to database, SET and RESET leave it as it is, and pg_dump does not print it.
    """
    return tuple(sorted(option for option in options or () if not option.startswith("pg_attver=")))


def table_of(ctx: Context, part: Id) -> Fact:
    """The table or foreign table that a column, constraint or the like belongs to, as it will be if it stays."""
    places = ((catalog, kind) for catalog in (ctx.new, ctx.old) for kind in TABLES)
    return next(found for catalog, kind in places if (found := catalog.get((kind, *part[1:3]))))


def option_steps(head: str, comment: str, old: tuple[str, ...], new: tuple[str, ...]) -> list[Step]:
    """SET and RESET of storage parameters."""
    return [Step(f"{head} {clause}", comment) for clause in option_clauses(old, new)]


def option_clauses(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """What follows ALTER to bring parameters about."""
    have, want = dict(o.split("=", 1) for o in old), dict(o.split("=", 1) for o in new)
    clauses = []
    gone = [key for key in have if key not in want]
    if gone:
        clauses.append(f"RESET ({', '.join(gone)})")
    changed = [f"{key}={value}" for key, value in want.items() if have.get(key) != value]
    if changed:
        clauses.append(f"SET ({options_text(changed)})")
    return clauses


def options_text(options: Sequence[str]) -> str:
    """Storage parameters as they are written in WITH (...)."""
    from telamon.quote import literal

    return ", ".join(f"{key}={literal(value)}" for key, _, value in (o.partition("=") for o in options))


def identities(catalog: Catalog, table: Id) -> list[Fact]:
    """The identity columns of a table that are its own."""
    return [
        fact
        for fact in catalog.children(table)
        if fact.kind == "column" and fact.spec.identity and not fact.spec.inherited
    ]


def restart(column: Fact, ctx: Context) -> Step:
    """A new identity goes on after the values that are there."""
    table, name = ctx.name(*column.id[1:3]), ident(column.id[-1])
    sequence = f"pg_catalog.pg_get_serial_sequence({literal(table)}, {literal(column.id[-1])})"
    up = column.spec.identity.options.increment > 0
    extreme, step = ("max", "+ 1") if up else ("min", "- 1")
    sql = (
        f"SELECT pg_catalog.setval({sequence}, {extreme}({name}) {step}, false)"
        f" FROM {table} HAVING {extreme}({name}) IS NOT NULL"
    )
    return Step(sql, f"let the identity of column {column.id[-1]} go on after its values")


def copied_columns(table: Id, ctx: Context) -> list[tuple[Fact, Fact]]:
    """(old, new) of the columns whose values go over when a table is rebuilt."""
    pairs = [(ctx.old.get(column.id), column) for column in ctx.new.children(table) if column.kind == "column"]
    return [(before, after) for before, after in pairs if before is not None and not after.spec.generated]


def column_value(old: Fact, new: Fact, ctx: Context) -> str:
    """A column's value in its new type."""
    name = ident(old.id[-1])
    rebuilt = any(id in ctx.swapped and id[0] not in ("collation", *TABLES) for id in old.needs)
    using = ctx.using.get(new.id) or conversion(name, old.spec.base, new.spec.type, rebuilt=rebuilt, where=new.id)
    return using or name


class Table(Kind):
    name = "table"
    asks = True
    swaps = True
    fills = True
    goes_along = True
    rank = 30

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid, n.nspname, c.relname, c.reltype, c.relpersistence = 'u',
                   CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) ELSE '' END,
                   c.relispartition,
                   CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) ELSE '' END,
                   c.reloftype,
                   c.relam,
                   CASE WHEN c.reltablespace <> 0 THEN
                     (SELECT spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace) END,
                   c.reloptions,
                   c.relrowsecurity, c.relforcerowsecurity,
                   CASE WHEN NOT c.relispartition THEN h.parents END,
                   CASE WHEN c.relkind = 'p' THEN
                     ARRAY(SELECT k.attname::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute k
                               ON k.attrelid = d.objid AND k.attnum = d.objsubid
                            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'
                              AND d.refclassid = d.classid AND d.refobjid = c.oid AND d.refobjsubid = 0) END,
                   fs.srvname, ft.ftserver, ft.ftoptions
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN (SELECT inhrelid, array_agg(inhparent ORDER BY inhseqno) AS parents
                           FROM pg_catalog.pg_inherits GROUP BY 1) h ON h.inhrelid = c.oid
              LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid
              LEFT JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver
             WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        from telamon.kinds.foreign_table import ForeignTableSpec

        specs: dict[Row, TableSpec] = {}  # most tables are like many others
        rows = list(rows)
        ids: dict[int, Id] = {row[0]: ("foreign_table" if row[-2] else "table", row[1], row[2]) for row in rows}
        for oid, schema, _, reltype, unlogged, key, partition, of_type, of_oid, method, space, *rest in rows:
            options, rls, force, parents, in_key, foreign_server, server_oid, foreign_options = rest
            if reader.is_member("pg_class", oid):
                continue
            inherits = tuple([ids[parent] for parent in parents or () if parent in ids])
            needs: list[Id | None] = [("schema", schema), *inherits]
            spec: TableSpec | ForeignTableSpec
            if server_oid:
                spec = ForeignTableSpec(foreign_server, tuple(sorted(foreign_options or ())), inherits, partition)
                needs.append(reader.find("pg_foreign_server", server_oid))
            else:
                am = reader.name_of("pg_am", method)[1] if method else ""
                storage = ("" if am == "heap" and not key else am, space or "", tuple(sorted(options or ())))
                about = (unlogged, key, inherits, partition, of_type, *storage, rls, force, Aside(tuple(in_key or ())))
                spec = specs.get(about) or specs.setdefault(about, TableSpec(*about))
            if of_oid:
                needs.append(reader.find("pg_type", of_oid))
            reader.add(ids[oid], spec, ("pg_class", oid), needs=needs)
            reader.alias("pg_type", reltype, ids[oid])
            reader.alias("pg_type", reader.type_of(reltype).array, ids[oid])

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), ("type name", *fact.id[1:])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        from telamon.kinds import inline

        spec: TableSpec = fact.spec
        clauses = [clause for child in ctx.folded.get(fact.id, ()) if (clause := inline(child, ctx))]
        body = " (\n  " + ",\n  ".join(clauses) + "\n)" if clauses else "" if spec.of_type else " ()"
        name = ctx.name(*fact.id[1:])
        parts = [f"CREATE {'UNLOGGED ' if spec.unlogged else ''}TABLE {name}"]
        if spec.of_type:
            parts.append(f" OF {spec.of_type}")
        parts.append(body)
        if spec.inherits:
            parts.append(f" INHERITS ({', '.join(ctx.name(*parent[1:]) for parent in spec.inherits)})")
        if spec.partition_key:
            parts.append(f" PARTITION BY {spec.partition_key}")
        if spec.access_method:
            parts.append(f" USING {ident(spec.access_method)}")
        toast = [option for part in ctx.folded.get(fact.id, ()) if part.kind == "toast" for option in part.spec.options]
        if spec.options or toast:
            parts.append(f" WITH ({options_text((*spec.options, *toast))})")
        if spec.tablespace:
            parts.append(f" TABLESPACE {ident(spec.tablespace)}")
        steps = [Step("".join(parts), f"create table {fact.id[2]}")]
        steps += self.security(fact, spec, replace(spec, row_security=False, force_row_security=False), ctx)
        return steps

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        loss = f"all rows of table {'.'.join(fact.id[1:])}"
        return [Step(f"DROP TABLE {ctx.name(*fact.id[1:])}", f"drop table {fact.id[2]}", loss=loss)]

    def grip(self, fact: Fact, taker: Id, ctx: Context) -> str:
        from telamon.kinds.partition import parted

        return "" if taker[0] in TABLES and parted(fact.id, ctx) else "loose"

    def misplaced(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        if fact.spec.inherits or new.facts[fact.id].spec.inherits:
            return False  # the order of its parents' columns is theirs
        have, want = (
            [column.id for column in catalog.children(fact.id) if column.kind == "column"] for catalog in (old, new)
        )
        return [id for id in have if id in want] + [id for id in want if id not in have] != want

    def outside(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        above = old.get(("partition", *fact.id[1:]))
        while above is not None:
            if above.spec.of in new.facts:
                return bool(new.facts[above.spec.of].spec.partition_key == old.facts[above.spec.of].spec.partition_key)
            above = old.get(("partition", *above.spec.of[1:]))
        return False

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        away, comment = moved_name(fact.id[2]), f"move table {fact.id[2]} out of the way while it is rebuilt"
        head = alter_table(ctx, fact.id)
        steps = [
            Step(f"{head} NO INHERIT {ctx.name(*parent[1:])}", comment) for parent in inheritance.left_behind(fact, ctx)
        ]
        steps.append(Step(f"{head} RENAME TO {ident(away)}", comment))
        for column in identities(ctx.old, fact.id):
            schema, name = column.spec.identity.schema, column.spec.identity.sequence
            sql = f"ALTER SEQUENCE {ctx.name(schema, name)} RENAME TO {ident(moved_name(name))}"
            steps.append(Step(sql, f"move the sequence of column {column.id[-1]} with it"))
        sql, loss = f"DROP TABLE {ctx.name(fact.id[1], away)}", self.left_behind(fact, ctx)
        return steps, [
            Step(sql, f"drop the old table {fact.id[2]}", loss=loss, rewrite=not copied_columns(fact.id, ctx))
        ]

    def left_behind(self, fact: Fact, ctx: Context) -> str:
        """What of a table that is rebuilt, or whose name passes to another thing, does not go over; "" if nothing."""
        name = ".".join(fact.id[1:])
        if not copied_columns(fact.id, ctx):
            return f"all rows of table {name}"
        own = [column for column in ctx.old.children(fact.id) if column.kind == "column" and not column.spec.generated]
        gone = [column.id[-1] for column in own if column.id not in ctx.new.facts]
        return "; ".join(f"all values of column {name}.{column}" for column in gone)

    def fill(self, old: Fact, new: Fact, ctx: Context) -> list[Step]:
        link = ("partition", *old.id[1:])
        if link in ctx.new.facts and link in ctx.old.facts and ctx.old.facts[link].spec.of in ctx.swapped:
            return []  # its rows are read through the partitioned table
        kept = [
            (ident(after.id[-1]), column_value(before, after, ctx)) for before, after in copied_columns(new.id, ctx)
        ]
        columns, values = ", ".join(name for name, _ in kept), ", ".join(value for _, value in kept)
        # Heirs, unlike partitions, have rows of their own, which they keep or copy themselves.
        source = ctx.name(old.id[1], moved_name(old.id[2]))
        source = source if old.spec.partition_key or old.id not in heirs(ctx.old) else f"ONLY {source}"
        sql = f"INSERT INTO {ctx.name(*new.id[1:])} ({columns}) OVERRIDING SYSTEM VALUE\nSELECT {values} FROM {source}"
        leaves = [ctx.name(id[1], moved_name(id[2])) for id in self.leaving(old.id, ctx)]
        for n, name in enumerate(leaves):
            tree = f"SELECT relid FROM pg_catalog.pg_partition_tree({literal(name)})"
            sql += f"\n {'AND' if n else 'WHERE'} tableoid NOT IN ({tree})"
        steps = [Step(sql, f"copy the rows of table {new.id[2]} into the new one", rewrite=True)] if kept else []
        for column in identities(ctx.new, new.id):
            before = ctx.old.get(column.id)
            if before is not None and before.spec.identity:
                want, have = column.spec.identity, before.spec.identity
                position = ctx.name(have.schema, moved_name(have.sequence))
                sql = (
                    f"SELECT pg_catalog.setval({literal(ctx.name(want.schema, want.sequence))}, last_value, is_called)"
                )
                steps.append(Step(f"{sql} FROM {position}", f"let column {column.id[-1]} go on where it was"))
            elif before is not None:
                steps.append(restart(column, ctx))
        return steps

    @staticmethod
    def leaving(whole: Id, ctx: Context) -> list[Id]:
        """The partitions of a table that are made anew as no partitions: they take their rows with them."""
        links = [("partition", *heir[1:]) for heir in heirs(ctx.old).get(whole, ()) if heir in ctx.swapped]
        gone = [ctx.old.facts[link] for link in links if link in ctx.old.facts and link not in ctx.new.facts]
        return [link.parent for link in gone if link.parent]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        return Step(f"{alter_table(ctx, fact.id)} RENAME TO {ident(name)}", f"rename table {fact.id[2]} to {name}")

    def security(self, fact: Fact, new: TableSpec, old: TableSpec, ctx: Context) -> list[Step]:
        """ENABLE, DISABLE, FORCE and NO FORCE of row security."""
        head, steps = alter_table(ctx, fact.id), []
        for was, want, on, off in (
            (old.row_security, new.row_security, "ENABLE", "DISABLE"),
            (old.force_row_security, new.force_row_security, "FORCE", "NO FORCE"),
        ):
            if was != want:
                clause = f"{on if want else off} ROW LEVEL SECURITY"
                comment = f"{(on if want else off).lower()} row level security on table {fact.id[2]}"
                steps.append(Step(f"{head} {clause}", comment, head, clause))
        return steps

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        if operation == "fill":
            leaving = self.leaving(fact.id, ctx)
            return [("move", id) for id in leaving], [("drop", id) for id in leaving]
        return inheritance.around(operation, fact, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if (before.partition_key, before.of_type) != (after.partition_key, after.of_type):
            return None
        if before.access_method != after.access_method and ctx.server.major < 15:
            return None  # PostgreSQL 14 cannot change it in place
        head, comment = alter_table(ctx, new.id), f"modify table {new.id[2]}"
        clauses = inheritance.clauses(old, new, ctx)
        if clauses is None:
            return None
        steps = [Step(f"{head} {clause}", comment, head, clause) for clause in clauses]
        anew = []
        if before.unlogged != after.unlogged:
            anew.append("SET UNLOGGED" if after.unlogged else "SET LOGGED")
        if before.access_method != after.access_method:
            plain = "DEFAULT" if after.partition_key else ident("heap")
            anew.append(f"SET ACCESS METHOD {ident(after.access_method) if after.access_method else plain}")
        if before.tablespace != after.tablespace:
            anew.append(f"SET TABLESPACE {ident(after.tablespace or 'pg_default')}")
        if anew:
            clause = ", ".join(anew)  # of one statement, so that the table is written once
            steps.append(Step(f"{head} {clause}", comment, head, clause, rewrite=not after.partition_key))
        steps += option_steps(head, comment, before.options, after.options)
        return steps + self.security(new, after, before, ctx)
