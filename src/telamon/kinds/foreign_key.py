"""Foreign keys. Those that a partition gets from its parent's are not facts: they come and go with it."""

from __future__ import annotations

from dataclasses import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Step
from telamon.kinds.constraint import TableConstraint
from telamon.kinds.table import alter_table
from telamon.quote import ident


class ForeignKey(TableConstraint):
    name = "foreign_key"
    rank = 60
    after_rows = True
    type = "f"
    survives = frozenset({"typmod"})

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("constraint name", *fact.id[1:]),)

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
