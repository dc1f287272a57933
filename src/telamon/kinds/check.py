"""Check constraints of tables."""

from __future__ import annotations

from dataclasses import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Step
from telamon.kinds.constraint import TableConstraint
from telamon.kinds.table import alter_table, table_of
from telamon.quote import ident


class Check(TableConstraint):
    name = "check"
    rank = 38
    types = "c"
    survives = frozenset({"typmod", "type", "expression"})

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("constraint name", *fact.id[1:]),)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        steps = super().alter(old, new, ctx)
        if steps is None or old.spec.local == new.spec.local or not (old.spec.inherited and new.spec.inherited):
            return steps
        table = table_of(ctx, new.id)
        if table.spec.partition:
            return steps  # attaching and detaching say whose it is
        comment = f"make check {new.id[3]} of table {new.id[2]} {'its own' if new.spec.local else 'only inherited'}"
        clauses = [(new.id, f"ADD {self.definition(new, ctx)}")]
        if not new.spec.local:
            above = [
                p for p in table.spec.inherits if (c := ctx.new.get(("check", *p[1:], new.id[3]))) and c.spec.local
            ]
            if not above:
                return steps
            # Nothing says so directly: both let go of it, and the parent hands it down again.
            parent, drop = above[0], f"DROP CONSTRAINT {ident(new.id[3])}"
            again = replace(new, id=("check", *parent[1:], new.id[3]))
            clauses = [(parent, drop), (new.id, drop), (parent, f"ADD {self.definition(again, ctx)}")]
        return steps + [Step(f"{alter_table(ctx, of)} {clause}", comment) for of, clause in clauses]
