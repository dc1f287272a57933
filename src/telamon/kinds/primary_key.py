"""Primary keys."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Reader, Step
from telamon.kinds.constraint import TableConstraint, suffix
from telamon.kinds.index import at_hand, storage_steps
from telamon.kinds.partition import index_grip
from telamon.kinds.table import alter_table, options_text
from telamon.quote import ident


class PrimaryKey(TableConstraint):
    name = "primary_key"
    rank = 35
    apart = True
    type = "p"
    recurses = False
    owns_index = True
    survives = frozenset({"typmod", "type"})

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        only = ("primary key", *fact.id[1:3]) if self.name == "primary_key" else ("constraint name", *fact.id[1:])
        return ("relation name", fact.id[1], fact.id[3]), only

    def grip(self, fact: Fact, taker: Id, ctx: Context) -> str:
        return index_grip(fact.parent or fact.id, taker, ctx)

    def rivals(self, fact: Fact) -> Id | None:
        return None if self.name == "exclusion" else ("unique", *fact.id[1:3])

    def definition(self, fact: Fact, ctx: Context) -> str:
        spec = fact.spec
        words = spec.definition
        if spec.options:
            words += f" WITH ({options_text(spec.options)})"
        if spec.tablespace:
            words += f" USING INDEX TABLESPACE {ident(spec.tablespace)}"
        return f"CONSTRAINT {ident(fact.id[3])} {words}{spec.predicate}{suffix(spec)}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        index = at_hand(fact, ctx) if self.name != "exclusion" else None
        if index is None:
            return super().create(fact, ctx)
        words = "PRIMARY KEY" if self.name == "primary_key" else "UNIQUE"
        clause = f"ADD CONSTRAINT {ident(fact.id[3])} {words} USING INDEX {ident(index.id[-1])}{suffix(fact.spec)}"
        head, comment = alter_table(ctx, fact.id), f"make {fact.id[3]} a {words.lower()} of table {fact.id[2]}"
        return [Step(f"{head} {clause}", comment, head, clause)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        like = replace(old.spec, tablespace=new.spec.tablespace, options=new.spec.options)
        steps = super().alter(old._replace(spec=like), new, ctx)
        storage = storage_steps(old, new, new.parent or new.id, ctx)
        return None if steps is None or storage is None else steps + storage

    def handed_down(self, fact: Fact, ctx: Context) -> bool:
        # Keys of partitions are made one by one and their indexes attached, so that each keeps its own name.
        return False

    def inline(self, fact: Fact, ctx: Context) -> str:
        return self.definition(fact, ctx)

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        above = catalog.facts[fact.parent or fact.id].spec.inherits
        marks = [catalog.facts[need] for need in fact.needs if need[0] == "not_null"]
        if above and any(mark.spec.inherited for mark in marks):
            return None  # within CREATE TABLE it would make the NOT NULL the table's own
        # CREATE TABLE makes one of two keys on the same columns.
        same = fact.spec.definition.partition("(")[2]
        for other in catalog.children(fact.parent or fact.id):
            if other.kind in ("primary_key", "unique") and other.spec.definition.partition("(")[2] == same:
                return super().fold_into(fact, catalog) if other.id == fact.id else None
        return super().fold_into(fact, catalog)

    def requirements(self, reader: Reader, relation: int, keys: Sequence[int]) -> list[Id | None]:
        """A primary key stands on the NOT NULL of its columns."""
        if self.name != "primary_key":
            return []
        columns = [reader.columns.get((relation, key)) for key in keys]
        return [("not_null", *column[1:]) for column in columns if column]
