"""Foreign keys. Those that a partition gets from its parent's are not facts: they come and go with it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Step
from telamon.kinds.constraint import TableConstraint
from telamon.kinds.partition import parted
from telamon.kinds.table import alter_table
from telamon.quote import ident


class ForeignKey(TableConstraint):
    name = "foreign_key"
    leaf = True
    rank = 60
    after_rows = True
    type = "f"
    survives = frozenset({"typmod"})

    goes_along = True

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("constraint name", *fact.id[1:]),)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        link = ctx.old.get(("partition", *fact.id[1:3]))
        if parted(fact.parent or fact.id, ctx) and any(
            above.id[3] == fact.id[3] and above.spec == fact.spec for above in self.above(link, ctx.old)
        ):
            return []  # a table that is detached keeps what the whole handed down
        return super().create(fact, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        link = ctx.new.get(("partition", *fact.id[1:3]))
        joins = link is not None and link.id not in ctx.old.facts and fact.parent not in ctx.created
        if joins and any(above.spec == fact.spec for above in self.above(link, ctx.new)):
            return []  # merged with that of the whole when the table is attached
        return super().drop(fact, ctx)

    def above(self, link: Fact | None, catalog: Catalog) -> Iterator[Fact]:
        """The foreign keys of all wholes that a partition is in."""
        while link is not None:
            yield from (part for part in catalog.children(link.spec.of) if part.kind == self.name)
            link = catalog.get(("partition", *link.spec.of[1:]))

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        same = replace(old.spec, deferrable=new.spec.deferrable, deferred=new.spec.deferred, valid=new.spec.valid)
        if same != new.spec or (old.spec.valid and not new.spec.valid):
            return super().alter(old, new, ctx)
        steps = super().alter(old._replace(spec=replace(same, valid=old.spec.valid)), new, ctx) or []
        if (old.spec.deferrable, old.spec.deferred) != (new.spec.deferrable, new.spec.deferred):
            state = "NOT DEFERRABLE"
            if new.spec.deferrable:
                state = f"DEFERRABLE INITIALLY {'DEFERRED' if new.spec.deferred else 'IMMEDIATE'}"
            clause = f"ALTER CONSTRAINT {ident(new.id[3])} {state}"
            head = alter_table(ctx, new.id)
            steps.insert(0, Step(f"{head} {clause}", f"alter foreign key {new.id[3]} of table {new.id[2]}"))
        return steps
