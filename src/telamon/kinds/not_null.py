"""NOT NULL of columns: a flag up to PostgreSQL 17, a named constraint from 18 on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Found, Kind, Reader, Row, Server, Step
from telamon.kinds.inheritance import cut, kept_parents, stays_handed
from telamon.kinds.table import alter_table, heirs, table_of
from telamon.quote import ident


class NotNullSpec(Struct, frozen=True):
    """
    Args:
        constraint: its name where somebody gave it one; "" for those that the server makes up, which are no
            difference worth a statement, least of all one that servers before 18 would not understand.
        actual: its name, made up or not; "" before PostgreSQL 18.
        inherited: whether the table has it only from its parents.
    """

    constraint: str
    no_inherit: bool
    valid: bool
    inherited: bool
    actual: Aside[str] = Aside("")


def made_up(name: str) -> bool:
    """Whether the server chose the name: table_column_not_null, as they were called then, with a number if taken."""
    return name.endswith("_not_null") or name.rstrip("0123456789").endswith("_not_null")


@lru_cache(maxsize=4)
def constraint_owners(catalog: Catalog) -> dict[tuple[str, str], set[str]]:
    """(schema, constraint name) -> the tables that have one of that name."""
    found: dict[tuple[str, str], set[str]] = {}
    for fact in catalog:
        if fact.kind == "not_null":
            found.setdefault((fact.id[1], fact.spec.actual), set()).add(fact.id[2])
        elif fact.kind in ("primary_key", "unique", "exclusion", "check", "foreign_key"):
            found.setdefault((fact.id[1], fact.id[3]), set()).add(fact.id[2])
    return found


def named_by_server(fact: Fact, ctx: Context) -> bool:
    """Whether the server gives the constraint its name by itself: it avoids names that the schema has already."""
    name = fact.spec.actual
    if not name:
        return True
    if name != f"{fact.id[2]}_{fact.id[3]}_not_null" or ("table", *fact.id[1:3]) in ctx.swapped:
        return made_up(name) and kept_by_another(fact, ctx)
    return all(constraint_owners(c).get((fact.id[1], name), set()) <= {fact.id[2]} for c in (ctx.old, ctx.new))


def kept_by_another(fact: Fact, ctx: Context) -> bool:
    """Whether another column has the name when this one comes. If the server made it up, it may make up another."""
    table = ("table", *fact.id[1:3])
    if table in ctx.created:
        return False
    marks = [mark for column in ctx.old.children(table) for mark in ctx.old.children(column.id)]
    return any(mark.kind == fact.kind and mark.spec.actual == fact.spec.actual for mark in marks if mark.id != fact.id)


class NotNull(Kind):
    name = "not_null"
    rank = 34
    apart = True
    folds = True
    leads = True
    survives = frozenset({"typmod", "type"})

    def lasts(self, fact: Fact) -> bool:
        return True

    def query(self, server: Server) -> str:
        if server.major >= 18:
            # Said again of a partition it is marked as its own, which means nothing: it has one whole, for good.
            return f"""
                SELECT k.oid, k.conrelid, k.conkey[1], k.conname, k.connoinherit, k.convalidated,
                       NOT k.conislocal OR (k.coninhcount > 0 AND
                         (SELECT c.relispartition FROM pg_catalog.pg_class c WHERE c.oid = k.conrelid))
                  FROM pg_catalog.pg_constraint k WHERE k.contype = 'n' AND {server.of_relations("k.conrelid")}"""
        return f"""
            SELECT NULL::oid, a.attrelid, a.attnum, '', false, true, NOT a.attislocal
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
             WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f')
               AND c.relpersistence <> 't' AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all(reader.all_of("pg_constraint"), self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        columns = reader.columns
        for oid, relation, number, name, no_inherit, valid, inherited in rows:
            column = columns.get((relation, number))
            if column is not None:
                spec = NotNullSpec("" if made_up(name) else name, no_inherit, valid, inherited, name)
                yield ("not_null", *column[1:]), spec, oid, column, 0, ()

    def names(self, fact: Fact) -> tuple[str, ...]:
        return (fact.spec.actual,) if fact.spec.actual else ()

    def foldable(self, fact: Fact) -> bool:
        return bool(fact.spec.valid)

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        column = catalog.facts[fact.parent or fact.id]
        table = catalog.facts[column.parent or column.id]
        if column.spec.inherited and not fact.spec.inherited and not table.spec.partition:
            return None  # CREATE TABLE does not mention the column
        return super().fold_into(fact, catalog)

    def inline(self, fact: Fact, ctx: Context) -> str:
        spec: NotNullSpec = fact.spec
        if spec.inherited and self.from_parents(fact, ctx):
            return ""
        serial = any(sibling.kind == "sequence" for sibling in ctx.folded.get(fact.parent or fact.id, ()))
        if serial and named_by_server(fact, ctx):
            return ""
        named = "" if named_by_server(fact, ctx) else f"CONSTRAINT {ident(spec.actual)} "
        return f"{named}NOT NULL{' NO INHERIT' if spec.no_inherit else ''}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: NotNullSpec = fact.spec
        if spec.inherited and self.on_parent(fact, ctx):
            return []
        head, column = alter_table(ctx, fact.id), ident(fact.id[3])
        if named_by_server(fact, ctx) and spec.valid and not spec.no_inherit:
            clause = f"ALTER COLUMN {column} SET NOT NULL"
        else:
            clause = f"ADD CONSTRAINT {ident(spec.actual)} NOT NULL {column}"
            clause += (" NO INHERIT" if spec.no_inherit else "") + ("" if spec.valid else " NOT VALID")
        return [Step(f"{head} {clause}", f"set not null for column {fact.id[3]} of {fact.id[2]}", head, clause)]

    def parted(self, fact: Fact, ctx: Context) -> bool:
        """Whether its table is no partition for a moment of the plan, so that it can get another name."""
        table = table_of(ctx, fact.id).id
        links = [("partition", *table[1:]) in catalog.facts for catalog in (ctx.old, ctx.new)]
        return (links[0] != links[1] or cut(table, ctx)) and table not in heirs(ctx.old)

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        link = ("partition", *fact.id[1:3])
        if operation != "alter" or not self.parted(fact, ctx):
            return [], []
        return [("drop", link)], [("create", link)]

    def said_again(self, fact: Fact, ctx: Context, again: bool) -> list[Step]:
        """Makes what a parent hands down the table's own as well."""
        if not again:
            return []
        head, clause = alter_table(ctx, fact.id), f"ALTER COLUMN {ident(fact.id[3])} SET NOT NULL"
        return [Step(f"{head} {clause}", f"make not null of column {fact.id[3]} one of {fact.id[2]}", head, clause)]

    def handed_on(self, fact: Fact, ctx: Context) -> bool:
        """Whether a parent that the table keeps hands it down, as a constraint."""
        table = table_of(ctx, fact.id)
        return bool(fact.spec.actual) and table.id in ctx.old.facts and stays_handed(fact, ctx.old.facts[table.id], ctx)

    def takes_whole(self, old: Fact, new: Fact, disturbance: str, ctx: Context) -> bool:
        # The server has no word for letting go of what a parent hands down as well.
        return not old.spec.inherited and bool(new.spec.inherited) and self.handed_on(new, ctx)

    def on_parent(self, fact: Fact, ctx: Context) -> bool:
        """Whether the parent, there before and after, hands it down by itself."""
        above = [("not_null", *parent[1:], fact.id[3]) for parent in kept_parents(table_of(ctx, fact.id).id, ctx)]
        return any(id in ctx.new.facts and id not in ctx.old.facts for id in above)

    def from_parents(self, fact: Fact, ctx: Context) -> bool:
        """Whether INHERITS brings it, so that saying it again would make it the table's own."""
        parents = table_of(ctx, fact.id).spec.inherits
        return any(("not_null", *parent[1:], fact.id[3]) in ctx.new.facts for parent in parents)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        above = kept_parents(table_of(ctx, fact.id).id, ctx)
        if fact.spec.inherited and any(("not_null", *parent[1:], fact.id[3]) in ctx.old.facts for parent in above):
            return []
        head, column = alter_table(ctx, fact.id), ident(fact.id[3])
        clause = f"ALTER COLUMN {column} DROP NOT NULL"
        return [Step(f"{head} {clause}", f"let column {fact.id[3]} of {fact.id[2]} be null", head, clause)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        apart, again = self.parted(new, ctx), self.handed_on(new, ctx) and not after.inherited
        if before.no_inherit != after.no_inherit:
            return None
        if before.inherited != after.inherited and not apart:
            return None if before != replace(after, inherited=before.inherited) else self.said_again(new, ctx, again)
        if before.valid and not after.valid:
            return None
        head, steps = alter_table(ctx, new.id), []
        if before.actual != after.actual if apart else before.constraint != after.constraint and not after.inherited:
            sql = f"{head} RENAME CONSTRAINT {ident(before.actual)} TO {ident(after.actual)}"
            steps.append(Step(sql, f"rename constraint {before.actual} of {new.id[2]}"))
        if after.valid and not before.valid:
            clause = f"VALIDATE CONSTRAINT {ident(after.actual)}"
            steps.append(Step(f"{head} {clause}", f"validate constraint {after.actual} of {new.id[2]}"))
        return steps
