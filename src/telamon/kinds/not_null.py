"""NOT NULL of columns: a flag up to PostgreSQL 17, a named constraint from 18 on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Aside, Context, Found, Kind, Reader, Row, Server, Step
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
            found.setdefault((fact.id[1], fact.spec.actual.value), set()).add(fact.id[2])
        elif fact.kind in ("primary_key", "unique", "exclusion", "check", "foreign_key"):
            found.setdefault((fact.id[1], fact.id[3]), set()).add(fact.id[2])
    return found


def named_by_server(fact: Fact, ctx: Context) -> bool:
    """Whether the server gives the constraint its name by itself: it avoids names that the schema has already."""
    name = fact.spec.actual.value
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
    others = [mark for mark in marks if mark.kind == fact.kind and mark.id != fact.id]
    return fact.spec.actual.value in [other.spec.actual.value for other in others]


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
                spec = NotNullSpec("" if made_up(name) else name, no_inherit, valid, inherited, Aside(name))
                yield ("not_null", *column[1:]), spec, oid, column, 0, ()

    def names(self, fact: Fact) -> tuple[str, ...]:
        return (fact.spec.actual.value,) if fact.spec.actual.value else ()

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
        named = "" if named_by_server(fact, ctx) else f"CONSTRAINT {ident(spec.actual.value)} "
        return f"{named}NOT NULL{' NO INHERIT' if spec.no_inherit else ''}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: NotNullSpec = fact.spec
        if spec.inherited and self.on_parent(fact, ctx) and not self.named_apart(fact, ctx):
            return []
        head, column = alter_table(ctx, fact.id), ident(fact.id[3])
        if named_by_server(fact, ctx) and spec.valid and not spec.no_inherit:
            clause = f"ALTER COLUMN {column} SET NOT NULL"
        else:
            clause = f"ADD CONSTRAINT {ident(spec.actual.value)} NOT NULL {column}"
            clause += (" NO INHERIT" if spec.no_inherit else "") + ("" if spec.valid else " NOT VALID")
        return [Step(f"{head} {clause}", f"set not null for column {fact.id[3]} of {fact.id[2]}", head, clause)]

    def parted(self, fact: Fact, ctx: Context) -> bool:
        """Whether its table is no partition for a moment of the plan, so that it can get another name."""
        table = table_of(ctx, fact.id).id
        links = [("partition", *table[1:]) in catalog.facts for catalog in (ctx.old, ctx.new)]
        return (links[0] != links[1] or cut(table, ctx)) and table not in heirs(ctx.old)

    def said_again(self, fact: Fact, ctx: Context, again: bool) -> list[Step]:
        """Makes what a parent hands down the table's own as well."""
        if not again:
            return []
        head, clause = alter_table(ctx, fact.id), f"ALTER COLUMN {ident(fact.id[3])} SET NOT NULL"
        return [Step(f"{head} {clause}", f"make not null of column {fact.id[3]} one of {fact.id[2]}", head, clause)]

    def handed_on(self, fact: Fact, ctx: Context) -> bool:
        """Whether a parent that the table keeps hands it down, as a constraint."""
        table = ctx.old.get(table_of(ctx, fact.id).id)
        return bool(fact.spec.actual.value) and table is not None and stays_handed(fact, table, ctx)

    def takes_whole(self, old: Fact, new: Fact, disturbance: str, ctx: Context) -> bool:
        # The server has no word for letting go of what a parent hands down as well.
        return not old.spec.inherited and bool(new.spec.inherited) and self.handed_on(new, ctx)

    def on_parent(self, fact: Fact, ctx: Context) -> bool:
        """Whether the parent, there before and after, hands it down by itself when its own comes or is made to."""
        for id in self.above(fact, ctx):
            before, after = ctx.old.get(id), ctx.new.get(id)
            if after is not None and not after.spec.no_inherit:
                return before is None or id in ctx.created or bool(before.spec.no_inherit)
        return False

    def above(self, fact: Fact, ctx: Context) -> list[Id]:
        """What the parents that the table keeps have, or would have, for the same column."""
        return [("not_null", *parent[1:], fact.id[3]) for parent in kept_parents(table_of(ctx, fact.id).id, ctx)]

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        above = self.above(fact, ctx)
        if operation == "drop":
            # It is the table's own when the parent's is not handed down any more.
            return [("alter", id) for id in above], []
        if operation == "create" and self.named_apart(fact, ctx):
            return [("drop", id) for id in above], [("create", id) for id in above]
        if operation == "alter" and self.parted(fact, ctx):
            link = ("partition", *fact.id[1:3])
            return [("drop", link)], [("create", link)]
        return [], []

    def named_apart(self, fact: Fact, ctx: Context) -> bool:
        """Whether it has not the name of the parent's, which comes with this plan, and it matters.

        It is there first then, and the parent's is merged with it: PostgreSQL renames none that is inherited.
        """
        above = [after for id in self.above(fact, ctx) if id in ctx.created and (after := ctx.new.get(id))]
        return any(after.spec.constraint != fact.spec.constraint for after in above)

    def renamed_alone(self, old: Fact, new: Fact, ctx: Context) -> bool:
        """Whether it is inherited and gets another name, which matters, and not by way of the parent's."""
        if not new.spec.inherited or old.spec.constraint == new.spec.constraint:
            return False
        pairs = [(ctx.old.get(id), ctx.new.get(id)) for id in self.above(new, ctx)]
        names = [(before.spec.constraint, after.spec.constraint) for before, after in pairs if before and after]
        return bool(names) and (old.spec.constraint, new.spec.constraint) not in names

    def upsets(self, fact: Fact, ctx: Context) -> list[Id]:
        """To give one another name that is inherited, all of the parent's and its heirs' are made anew."""
        after = ctx.new.get(fact.id)
        below = [("not_null", *heir[1:], fact.id[3]) for heir in heirs(ctx.old).get(table_of(ctx, fact.id).id, ())]
        pairs = [(old, new) for id in below if (old := ctx.old.get(id)) and (new := ctx.new.get(id))]
        if any(self.renamed_alone(old, new, ctx) for old, new in pairs):
            return [old.id for old, _ in pairs]
        alone = after is not None and self.renamed_alone(fact, after, ctx)
        return [id for id in self.above(fact, ctx) if id in ctx.old.facts] if alone else []

    def from_parents(self, fact: Fact, ctx: Context) -> bool:
        """Whether INHERITS brings it, so that saying it again would make it the table's own."""
        parents = table_of(ctx, fact.id).spec.inherits
        return any(("not_null", *parent[1:], fact.id[3]) in ctx.new.facts for parent in parents)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        above = [id for id in self.above(fact, ctx) if id in ctx.old.facts]
        if fact.spec.inherited and any(id not in ctx.new.facts or id in ctx.created for id in above):
            return []
        head, column = alter_table(ctx, fact.id), ident(fact.id[3])
        clause = f"ALTER COLUMN {column} DROP NOT NULL"
        return [Step(f"{head} {clause}", f"drop not null of column {fact.id[3]} of {fact.id[2]}", head, clause)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        apart, again = self.parted(new, ctx), self.handed_on(new, ctx) and not after.inherited
        if before.inherited != after.inherited and not apart:
            return None if before != replace(after, inherited=before.inherited) else self.said_again(new, ctx, again)
        if (before.valid and not after.valid) or (not apart and self.renamed_alone(old, new, ctx)):
            return None
        head, steps, had, name = alter_table(ctx, new.id), [], before.actual.value, after.actual.value
        if had != name if apart else before.constraint != after.constraint and not after.inherited:
            sql = f"{head} RENAME CONSTRAINT {ident(had)} TO {ident(name)}"
            steps.append(Step(sql, f"rename constraint {had} of {new.id[2]}"))
        else:
            name = had
        if before.no_inherit != after.no_inherit:
            clause = f"ALTER CONSTRAINT {ident(name)} {'NO INHERIT' if after.no_inherit else 'INHERIT'}"
            words = "stop handing" if after.no_inherit else "hand"
            steps.append(Step(f"{head} {clause}", f"{words} down constraint {name} of {new.id[2]}"))
        if after.valid and not before.valid and not self.validated_above(new, ctx):
            clause = f"VALIDATE CONSTRAINT {ident(name)}"
            steps.append(Step(f"{head} {clause}", f"validate constraint {name} of {new.id[2]}"))
        return steps

    def validated_above(self, fact: Fact, ctx: Context) -> bool:
        """Whether validating the parent's validates this one, which it hands down."""
        pairs = [(ctx.old.get(id), ctx.new.get(id)) for id in self.above(fact, ctx)] if fact.spec.inherited else []
        return any(before and after and not before.spec.valid and after.spec.valid for before, after in pairs)
