"""Columns of tables: type, collation, generation, identity, storage, compression, statistics target, options."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Aside, Context, Found, Kind, Reader, Refusal, Row, Server, Step
from telamon.kinds.composite import built_anew, carried
from telamon.kinds.inheritance import cut, kept_parents, precedes, stays_handed
from telamon.kinds.options import options_change, options_clause
from telamon.kinds.sequence import (
    SequenceSpec,
    altered_options,
    brought_within,
    creation_options,
    position_setting,
    serial_of,
)
from telamon.kinds.table import (
    TABLES,
    alter_table,
    column_options,
    heirs,
    key_columns,
    option_clauses,
    restart,
    table_of,
)
from telamon.kinds.types import conversion
from telamon.quote import ident, literal

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}
GENERATED = {"s": "STORED", "v": "VIRTUAL"}
NOTHING_ELSE = (None,) * 6
"""What most rows end with: no options, not generated, no identity."""


class IdentitySpec(Struct, frozen=True):
    always: bool
    schema: str
    sequence: str
    options: SequenceSpec


class ColumnSpec(Struct, frozen=True):
    """
    Args:
        type: with modifier, as `format_type` writes it.
        base: the type's name without modifier.
        generated: "", "STORED" or "VIRTUAL".
        inherited: whether the table has the column only from its parents.
        foreign_options: of a column of a foreign table.
        storage: "" when it is the type's own.
        own_storage: the type's own; to set it back before PostgreSQL 16 knew DEFAULT. Follows from the type.
    """

    type: str
    base: str
    collation: tuple[str, str] | None
    generated: str
    expression: str | None
    identity: IdentitySpec | None
    inherited: bool
    storage: str
    compression: str
    statistics: int | None
    options: tuple[str, ...]
    foreign_options: tuple[str, ...] = ()
    own_storage: Aside[str] = Aside("")


class Column(Kind):
    name = "column"
    rank = 31
    folds = True
    follows = True
    asks = True
    goes_along = True

    def lasts(self, fact: Fact) -> bool:
        return True

    def precedes(self, fact: Fact, ctx: Context) -> bool:
        return precedes(fact, ctx)

    def movable(self, fact: Fact) -> bool:
        return not fact.spec.generated  # USING is not allowed for it, and nothing is lost when it is made anew

    def query(self, server: Server) -> str:
        # NULL is what most columns say: it costs neither side anything. Those of materialized views are no facts, but
        # indexes ask for their names.
        return f"""
            SELECT a.attrelid, a.attnum, a.attname, nullif(quote_ident(a.attname), a.attname), a.atttypid,
                   a.attcollation, CASE WHEN a.atttypmod >= 0 THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END,
                   a.attstorage, nullif(a.attcompression, ''), nullif(a.attislocal, true), nullif(a.attstattarget, -1),
                   a.attoptions, a.attfdwoptions, nullif(a.attgenerated, ''),
                   CASE WHEN a.attgenerated <> '' THEN
                     (SELECT ARRAY[d.oid::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid)]
                        FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END,
                   nullif(a.attidentity, ''),
                   CASE WHEN a.attidentity <> '' THEN
                     (SELECT ARRAY[s.oid::text, n.nspname, s.relname, pg_catalog.format_type(q.seqtypid, NULL),
                                   q.seqstart::text, q.seqincrement::text, q.seqmin::text, q.seqmax::text,
                                   q.seqcache::text, q.seqcycle::text, (s.relpersistence = 'u')::text]
                        FROM pg_catalog.pg_depend i JOIN pg_catalog.pg_class s ON s.oid = i.objid
                        JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
                        JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
                       WHERE i.classid = 'pg_catalog.pg_class'::regclass AND i.deptype = 'i'
                         AND i.refclassid = 'pg_catalog.pg_class'::regclass
                         AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum) END
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
             WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't'
               AND c.relnamespace IN {server.namespaces} AND a.attnum > 0 AND NOT a.attisdropped"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all(reader.columns, self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        tables, attributes = reader.all_of("pg_class"), reader.attributes
        specs: dict[Row, ColumnSpec] = {}  # most columns are like many others
        for row in rows:
            relation, number, name, quoted, type_oid, collation = row[:6]
            table, place = tables.get(relation), (relation, number)
            attributes[place] = (quoted or name, collation, type_oid)
            if table is None or table[0] not in TABLES:
                continue
            id = ("column", table[1], table[2], name)
            if row[11:] == NOTHING_ELSE:
                spec = specs.get(row[4:11])
                if spec is None:
                    spec = specs[row[4:11]] = column_spec(row[4:], reader)
            else:
                spec, (expression, _, sequence) = column_spec(row[4:], reader), row[-3:]
                if expression:
                    reader.alias("pg_attrdef", int(expression[0]), id)
                if sequence:
                    reader.alias("pg_class", int(sequence[0]), id, path=("sequence", sequence[1], sequence[2]))
            yield id, spec, place, table, number, ()

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        identity = fact.spec.identity
        return (("relation name", identity.schema, identity.sequence),) if identity else ()

    def inline(self, fact: Fact, ctx: Context) -> str:
        spec: ColumnSpec = fact.spec
        table = ctx.new.facts[fact.parent or fact.id]
        rest = self.definition(fact, ctx)
        if table.kind == "table" and table.spec.of_type:
            return f"{ident(fact.id[-1])} WITH OPTIONS {rest}" if rest else ""
        if spec.inherited and not table.spec.partition:
            return ""
        serial = serial_of(ctx, fact.id)
        words = [ident(fact.id[-1]), serial or spec.type]
        if spec.compression:
            words.append(f"COMPRESSION {spec.compression}")
        if spec.foreign_options:
            words.append(options_clause(spec.foreign_options))
        if spec.collation:
            words.append(f"COLLATE {ctx.name(*spec.collation)}")
        return " ".join([*words, rest] if rest else words)

    def definition(self, fact: Fact, ctx: Context) -> str:
        """What follows the type: generation, identity, and what is folded in."""
        from telamon.kinds import inline

        spec: ColumnSpec = fact.spec
        table = ctx.new.facts[fact.parent or fact.id]
        words = []
        if spec.generated and not self.generated_above(fact, table, ctx):
            words.append(f"GENERATED ALWAYS AS ({spec.expression}) {spec.generated}")
        if spec.identity and not (table.kind == "table" and table.spec.partition and spec.inherited):
            words.append(identity_clause(fact, spec.identity, ctx))
        words += [clause for child in ctx.folded.get(fact.id, ()) if (clause := inline(child, ctx))]
        return " ".join(words)

    def generated_above(self, fact: Fact, table: Fact, ctx: Context) -> bool:
        """Whether the column inherits its expression; up to PostgreSQL 15 an inheritor could not say it again."""
        for parent in table.spec.inherits:
            column = ctx.new.get(("column", *parent[1:], fact.id[-1]))
            if column is not None and column.spec.generated:
                return ctx.server.major < 16 or column.spec.expression == fact.spec.expression
        return False

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        steps = []
        if not self.brought_by_parents(fact, ctx) and not self.comes_with_type(fact, ctx):
            apart = fact.spec.identity is not None and self.hands_down_no_identity(fact, ctx)
            plain = fact._replace(spec=replace(fact.spec, identity=None)) if apart else fact
            clause = f"ADD COLUMN {self.inline(plain, ctx)}"
            head = alter_table(ctx, fact.id)
            comment = f"add column {fact.id[-1]} to table {fact.id[2]}"
            # Virtual columns and plain ones without default never do; a default that is no constant and a domain's
            # constraints may, which the proof sees.
            may = fact.spec.generated == "STORED" or fact.spec.identity is not None
            may = may or any(id[0] == "domain" for id in fact.needs)
            may = may or any(part.kind == "default" for part in ctx.folded.get(fact.id, ()))
            steps.append(Step(f"{head} {clause}", comment, head, clause, rewrite=may))
            if apart:
                clause = f"ALTER COLUMN {ident(fact.id[-1])} ADD {identity_clause(fact, fact.spec.identity, ctx)}"
                steps.append(Step(f"{head} {clause}", f"let column {fact.id[-1]} of {fact.id[2]} number the rows"))
        elif fact.parent not in ctx.created:
            steps += self.own_parts(fact, ctx)
        return steps + self.settings(fact, None, ctx)

    def own_parts(self, fact: Fact, ctx: Context) -> list[Step]:
        """What a column that comes by itself has beyond what it comes with."""
        from telamon.kinds import BY_NAME

        steps = []
        for part in ctx.folded.get(fact.id, ()):
            above = [(part.kind, *parent[1:], *part.id[3:]) for parent in kept_parents(fact.parent or fact.id, ctx)]
            if not any(id in ctx.new.facts and ctx.new.facts[id].spec == part.spec for id in above):
                steps += BY_NAME[part.kind].create(part, ctx)
        return steps

    def after(self, fact: Fact, ctx: Context) -> list[Step]:
        """What CREATE TABLE cannot say of a column."""
        return self.settings(fact, None, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        if self.comes_with_type(fact, ctx) or (fact.spec.inherited and self.goes_with_parents(fact, ctx)):
            return []
        head, clause = alter_table(ctx, fact.id), f"DROP COLUMN {ident(fact.id[-1])}"
        loss = "" if fact.spec.generated else f"all values of column {'.'.join(fact.id[1:])}"
        return [Step(f"{head} {clause}", f"drop column {fact.id[-1]} of table {fact.id[2]}", head, clause, loss=loss)]

    def comes_with_type(self, fact: Fact, ctx: Context) -> bool:
        """Whether the table, there before and after, is of a type, whose attributes bring and take its columns."""
        tables = [catalog.get(fact.parent or fact.id) for catalog in (ctx.old, ctx.new)]
        return all(table is not None and table.kind == "table" and table.spec.of_type for table in tables)

    def hands_down_no_identity(self, fact: Fact, ctx: Context) -> bool:
        """Whether a new identity must be said apart from its column, since the table has heirs, or had ones."""
        table = table_of(ctx, fact.id)
        whole = ctx.server.major >= 17 and table.kind == "table" and bool(table.spec.partition_key)
        return not whole and any(table.id in heirs(catalog) for catalog in (ctx.old, ctx.new))

    def brought_by_parents(self, fact: Fact, ctx: Context) -> bool:
        """Whether the parents' column brings it: a table that is attached afterwards must have it before."""
        table = fact.parent or fact.id
        above = (("column", *parent[1:], fact.id[-1]) for parent in kept_parents(table, ctx))
        return bool(fact.spec.inherited) and (table in ctx.created or any(id in ctx.new.facts for id in above))

    def goes_with_parents(self, fact: Fact, ctx: Context) -> bool:
        """Whether dropping the parents' column drops it too: from whom the table still inherits by then."""
        return any(column in ctx.old.facts for column in self.above(fact, ctx))

    def above(self, fact: Fact, ctx: Context) -> list[Id]:
        """The columns, there or not, from which the new table inherits one of this name."""
        table = ctx.new.get(fact.parent or fact.id)
        if table is None or cut(table.id, ctx):
            return []
        partition = ctx.new.get(("partition", *fact.id[1:3]))
        parents = (partition.spec.of,) if partition else table.spec.inherits
        return [("column", *parent[1:], fact.id[-1]) for parent in parents]

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        """What only the parents' column brings and takes is there from then to then; what is the table's own as well
        is there before, to be merged, and can go only when the parents' is gone."""
        if operation not in ("create", "drop"):
            return [], []
        above = [
            (operation, ("column", *parent[1:], fact.id[-1])) for parent in kept_parents(fact.parent or fact.id, ctx)
        ]
        return (above, []) if bool(fact.spec.inherited) is (operation == "create") else ([], above)

    def awaits(self, fact: Fact, ctx: Context) -> list[Id]:
        return self.above(fact, ctx) if fact.spec.inherited else []

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"{alter_table(ctx, fact.id)} RENAME COLUMN {ident(fact.id[-1])} TO {ident(name)}"
        return Step(sql, f"rename column {fact.id[-1]} of table {fact.id[2]} to {name}")

    def settings(self, new: Fact, old: ColumnSpec | None, ctx: Context) -> list[Step]:
        """Storage, compression of an existing column, statistics target and options."""
        spec: ColumnSpec = new.spec
        head = alter_table(ctx, new.id, only=new.parent in heirs(ctx.new))
        column, comment = f"ALTER COLUMN {ident(new.id[-1])}", f"set options of column {new.id[-1]} of {new.id[2]}"
        clauses = []
        retyped = old is not None and old.base != spec.base
        if spec.storage != (old.storage if old and not retyped else ""):
            clauses.append(f"{column} SET STORAGE {spec.storage or spec.own_storage.value}")
        if old and spec.compression != old.compression:
            clauses.append(f"{column} SET COMPRESSION {spec.compression or 'default'}")
        if spec.statistics != (old.statistics if old else None):
            clauses.append(f"{column} SET STATISTICS {-1 if spec.statistics is None else spec.statistics}")
        if old and (change := options_change(old.foreign_options, spec.foreign_options)):
            clauses.append(f"{column} {change}")
        clauses += [f"{column} {clause}" for clause in option_clauses(old.options if old else (), spec.options)]
        clause = ",\n  ".join(clauses)
        steps = [Step(f"{head} {clause}", comment, head, clause)] if clauses else []
        return steps + identity_type(new, old, ctx) + identity_persistence(new, old, ctx)

    def disturbance(self, old: Fact, new: Fact) -> str:
        before, after = old.spec, new.spec
        if (before.base, before.collation) != (after.base, after.collation):
            return "type"
        return "typmod" if before.type != after.type else ""

    def takes_whole(self, old: Fact, new: Fact, disturbance: str, ctx: Context) -> bool:
        if disturbance and old.id[-1] in key_columns(ctx.old.facts[old.parent or old.id]):
            return True
        if disturbance and (old.parent or old.id) in used_as_types(ctx.old):
            return True
        return old.spec.inherited != new.spec.inherited and not self.kept_by_inherit(old, new, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if before.generated != after.generated and after.generated:
            return None
        if after.generated and before.expression != after.expression and ctx.server.major < 17:
            return None
        if after.generated and (self.recomputed(old, new) or self.held_by_check(old, new, ctx)):
            return None
        head = alter_table(ctx, new.id)
        column, comment = f"ALTER COLUMN {ident(new.id[-1])}", f"modify column {new.id[-1]} of table {new.id[2]}"
        clauses: list[tuple[str, bool]] = []
        handed_down = before.inherited and after.inherited and not cut(new.parent or new.id, ctx)
        if before.generated and not after.generated and not handed_down:
            clauses.append((f"{column} DROP EXPRESSION", False))
        if before.identity and not after.identity:
            clauses.append((f"{column} DROP IDENTITY", False))
        swapped = bool(old.needs & ctx.swapped)
        if not handed_down and (swapped or self.disturbance(old, new) in ("type", "typmod")):
            clauses.append((self.retype(old, new, ctx, swapped), True))
        if after.generated and before.expression != after.expression:
            clauses.append((f"{column} SET EXPRESSION AS ({after.expression})", after.generated == "STORED"))
        if after.identity and not after.inherited:
            options = before.identity.options if before.identity else after.identity.options
            if identity_type(new, before, ctx):  # its bounds are set with its type
                want = after.identity.options
                options = replace(options, minimum=want.minimum, maximum=want.maximum)
            clauses += self.identity(new, before.identity, after.identity, options, ctx)
        steps = [Step(f"{head} {clause}", comment, head, clause, rewrite=rewrite) for clause, rewrite in clauses]
        if before.identity and not after.identity and owned_after(new, ctx):
            steps.insert(0, remember(old, ctx))
        if before.identity and after.identity and not after.inherited:
            name = ctx.name(before.identity.schema, before.identity.sequence)
            steps = brought_within(name, after.identity.options, before.identity.options) + steps
        if after.identity and not before.identity:
            steps.append(restart(new, ctx))
        elif after.identity and before.identity and after.identity.sequence != before.identity.sequence:
            sequence = ctx.name(before.identity.schema, before.identity.sequence)
            sql = f"ALTER SEQUENCE {sequence} RENAME TO {ident(after.identity.sequence)}"
            steps.append(Step(sql, f"rename the sequence of column {new.id[-1]} of table {new.id[2]}"))
        return one_of(steps, self.settings(new, before, ctx))

    def recomputed(self, old: Fact, new: Fact) -> bool:
        """Whether a generated column's new type is none that assignment leads to: USING is not allowed for it."""
        before, after = old.spec, new.spec
        if before.base == after.base:
            return False
        try:
            return bool(conversion(ident(new.id[-1]), before.base, after.type, rebuilt=False, where=new.id))
        except Refusal:
            return True

    def held_by_check(self, old: Fact, new: Fact, ctx: Context) -> bool:
        """Whether a virtual column cannot get another expression, since its table has checks."""
        if new.spec.generated != GENERATED["v"] or old.spec.expression == new.spec.expression:
            return False
        places = ((ctx.old, old), (ctx.new, new))
        return any(
            part.kind == "check" for catalog, fact in places for part in catalog.children(fact.parent or fact.id)
        )

    def kept_by_inherit(self, old: Fact, new: Fact, ctx: Context) -> bool:
        """Attaching, detaching, INHERIT and NO INHERIT change by themselves whose a column is."""
        table = ctx.old.facts[old.parent or old.id]
        before, after = table.spec, ctx.new.facts[new.parent or new.id].spec
        if before.partition != after.partition:
            return True
        return bool(old.spec.inherited and before.inherits != after.inherits and not stays_handed(old, table, ctx))

    def retype(self, old: Fact, new: Fact, ctx: Context, swapped: bool) -> str:
        before, after = old.spec, new.spec
        column = ident(new.id[-1])
        using = ctx.using.get(new.id, "")
        if not using:
            using = self.carried(old, new, ctx, swapped)
        clause = f"ALTER COLUMN {column} TYPE {after.type}"
        if after.collation or before.collation:
            clause += f" COLLATE {ctx.name(*after.collation)}" if after.collation else ""
        return clause + (f" USING {using}" if using and table_of(ctx, new.id).kind != "foreign_table" else "")

    def carried(self, old: Fact, new: Fact, ctx: Context, swapped: bool) -> str:
        """The USING expression that keeps the values; "" where none is needed."""
        column, type = ident(new.id[-1]), new.spec.type
        rows = carried(column, old, type, new.id, ctx)
        if rows is not None:
            return rows
        rebuilt = built_anew(old, ctx)
        if swapped and not rebuilt and old.spec.type == type:
            return ""
        return conversion(column, old.spec.base, type, rebuilt=bool(rebuilt), where=new.id)

    def identity(
        self, new: Fact, before: IdentitySpec | None, after: IdentitySpec, options: SequenceSpec, ctx: Context
    ) -> list[tuple[str, bool]]:
        column = f"ALTER COLUMN {ident(new.id[-1])}"
        if before is None:
            return [(f"{column} ADD {identity_clause(new, after, ctx)}", False)]
        words = []
        if before.always != after.always:
            words.append(f"SET GENERATED {'ALWAYS' if after.always else 'BY DEFAULT'}")
        options_told = altered_options(after.options, options)
        words += [option if option == "RESTART" else f"SET {option}" for option in options_told]
        return [(f"{column} {' '.join(words)}", False)] if words else []


@lru_cache(maxsize=4)
def used_as_types(catalog: Catalog) -> set[Id]:
    """The tables whose rows columns of other tables hold: their own cannot change their types then."""
    columns = (fact for fact in catalog if fact.kind == "column")
    return {need for column in columns for need in column.needs if need[0] in TABLES and need != column.parent}


def one_of(changes: list[Step], settings: list[Step]) -> list[Step]:
    """A column's changes and settings, in one statement where one can say both: so columns' changes stay neighbours,
    which the server carries out together."""
    last, first = changes[-1:], settings[:1]
    if not last or not first or not last[0].table or last[0].table != first[0].table:
        return changes + settings
    clause = f"{last[0].clause},\n  {first[0].clause}"
    return [*changes[:-1], dataclasses.replace(last[0], sql=f"{last[0].table} {clause}", clause=clause), *settings[1:]]


def column_spec(row: Sequence[Any], reader: Reader) -> ColumnSpec:
    """The spec of a column, of what its row says from the type on."""
    type_oid, collation, text, storage, compression, local, statistics, *rest = row
    options, foreign_options, generated, expression, identity, sequence = rest
    type = reader.type_of(type_oid)
    other = collation and collation != type.collation
    return ColumnSpec(
        type=text or type.name,
        base=type.name,
        collation=reader.name_of("pg_collation", collation) if other else None,
        generated=GENERATED.get(generated, ""),
        expression=expression[1] if expression else None,
        identity=IdentitySpec(identity == "a", *identity_sequence(sequence)) if sequence else None,
        inherited=local is False,
        storage="" if storage == type.storage else STORAGE[storage],
        compression=COMPRESSION.get(compression, ""),
        statistics=statistics,
        options=column_options(options),
        foreign_options=tuple(sorted(foreign_options or ())),
        own_storage=Aside(STORAGE[type.storage]),
    )


def identity_type(new: Fact, old: ColumnSpec | None, ctx: Context) -> list[Step]:
    """Gives an identity's sequence a type other than its column's, as LIKE leaves it behind: no clause can."""
    identity = new.spec.identity
    if identity is None or new.spec.inherited:
        return []
    kept = old is not None and old.identity is not None and old.base == new.spec.base
    want, have = identity.options, old.identity.options.type if kept and old and old.identity else new.spec.base
    if want.type == have:
        return []
    sql = f"ALTER SEQUENCE {ctx.name(identity.schema, identity.sequence)} AS {want.type}"
    sql += f" MINVALUE {want.minimum} MAXVALUE {want.maximum}"
    return [Step(sql, f"give the sequence of column {new.id[-1]} of table {new.id[2]} its type")]


def identity_persistence(new: Fact, old: ColumnSpec | None, ctx: Context) -> list[Step]:
    """Makes an identity's sequence logged or not where it is to differ from what its table has made of it."""
    identity, table = new.spec.identity, table_of(ctx, new.id)
    if identity is None or new.spec.inherited or table.kind != "table" or ctx.server.major < 15:
        return []
    before = ctx.old.get(table.id) if table.id not in ctx.created else None
    kept = before is not None and before.spec.unlogged == table.spec.unlogged and old is not None and old.identity
    unlogged = kept.options.unlogged if kept else table.spec.unlogged
    if identity.options.unlogged == unlogged:
        return []
    name, words = ctx.name(identity.schema, identity.sequence), "LOGGED" if unlogged else "UNLOGGED"
    return [Step(f"ALTER SEQUENCE {name} SET {words}", f"make the sequence of column {new.id[-1]} {words.lower()}")]


def owned_after(column: Fact, ctx: Context) -> bool:
    """Whether the column gets a sequence of its own, as serial makes it."""
    return any(ctx.new.facts[id].kind == "sequence" and ctx.new.facts[id].spec.owner == column.id for id in ctx.created)


def remember(column: Fact, ctx: Context) -> Step:
    """Keeps the position of an identity's sequence for the sequence that follows it."""
    identity = column.spec.identity
    sql = (
        f"SELECT pg_catalog.set_config({literal(position_setting(column.id))},"
        f" last_value || ' ' || is_called, false) FROM {ctx.name(identity.schema, identity.sequence)}"
    )
    return Step(sql, f"remember where the identity of column {column.id[-1]} of table {column.id[2]} is")


def identity_sequence(row: list[str]) -> tuple[str, str, SequenceSpec]:
    """(schema, name, options) of the sequence behind an identity column."""
    _, schema, name, type, start, increment, low, high, cache, cycle, unlogged = row
    numbers = (int(start), int(increment), int(low), int(high), int(cache))
    return schema, name, SequenceSpec(type, *numbers, cycle == "true", unlogged == "true", None)


def identity_clause(fact: Fact, identity: IdentitySpec, ctx: Context) -> str:
    """GENERATED ... AS IDENTITY, its sequence named where PostgreSQL would choose another name."""
    words = []
    if (identity.schema, identity.sequence) != (fact.id[1], f"{fact.id[2]}_{fact.id[-1]}"[:59] + "_seq"):
        words.append(f"SEQUENCE NAME {ctx.name(identity.schema, identity.sequence)}")
    words += creation_options(identity.options)
    always = "ALWAYS" if identity.always else "BY DEFAULT"
    return f"GENERATED {always} AS IDENTITY" + (f" ({' '.join(words)})" if words else "")
