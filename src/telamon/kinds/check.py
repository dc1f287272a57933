"""Check constraints of tables."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Step
from telamon.kinds.constraint import TableConstraint
from telamon.kinds.inheritance import precedes
from telamon.kinds.table import alter_table, heirs, table_of
from telamon.quote import ident


class Check(TableConstraint):
    name = "check"
    leaf = True
    rank = 38
    type = "c"
    survives = frozenset({"typmod", "type"})

    goes_along = True

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("constraint name", *fact.id[1:]),)

    def renamed_with(self, fact: Fact, ctx: Context) -> Iterator[Id]:
        for heir in heirs(ctx.old).get(fact.parent or fact.id, ()):
            below = ctx.old.get((self.name, *heir[1:3], fact.id[3]))
            if below is not None and below.spec.inherited:
                yield below.id
                yield from self.renamed_with(below, ctx)

    def precedes(self, fact: Fact, ctx: Context) -> bool:
        return precedes(fact, ctx)

    def lasts(self, fact: Fact) -> bool:
        return not fact.spec.local  # it can be dropped only when the parent that hands it down is left

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if replace(old.spec, local=False) != new.spec or not old.spec.local or not new.spec.inherited:
            return super().alter(old, new, ctx)
        for parent in table_of(ctx, new.id).spec.inherits:
            above = ctx.new.get(("check", *parent[1:], new.id[3]))
            if above is not None and above.spec.local and not above.spec.inherited:
                # Nothing says so directly: both let go of it, and the parent hands it down again.
                drop, add = f"DROP CONSTRAINT {ident(new.id[3])}", f"ADD {self.definition(above, ctx)}"
                comment = f"leave check {new.id[3]} of table {new.id[2]} to {parent[2]}"
                clauses = ((parent, drop), (new.id, drop), (parent, add))
                return [Step(f"{alter_table(ctx, of)} {clause}", comment) for of, clause in clauses]
        return super().alter(old, new, ctx)
