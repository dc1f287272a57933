"""Foreign keys. Those that a partition gets from its parent's are not facts: they come and go with it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Step
from telamon.kinds.constraint import TableConstraint
from telamon.kinds.partition import KEYS, links_below, links_to, parted, wholes
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
        if parted(fact.parent or fact.id, ctx) and any(
            above.id[3] == fact.id[3] and above.spec == fact.spec for above in self.above(fact, ctx.old)
        ):
            return []  # a table that is detached keeps what the whole handed down
        return super().create(fact, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        link = ctx.new.get(("partition", *fact.id[1:3]))
        joins = link is not None and link.id not in ctx.old.facts and fact.parent not in ctx.created
        if joins and any(above.spec == fact.spec for above in self.above(fact, ctx.new)):
            return []  # merged with that of the whole when the table is attached
        return super().drop(fact, ctx)

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        keys = [need for need in fact.needs if need[0] in KEYS]
        tables = [table for key in keys if (table := (ctx.new if operation == "create" else ctx.old).facts[key].parent)]
        if operation == "drop":
            # A partition whose rows it holds on to cannot be detached.
            links = [link for table in tables for link in links_below(table, ctx.old)]
            return [], [(change, link) for link in links for change in ("drop", "alter")]
        if operation != "create":
            return [], []
        # The key of a partitioned table is one only when all partitions have theirs; and their rows must be there.
        links = [link for table in tables for link in links_below(table, ctx.new)]
        ready = [(change, link) for link in links for change in ("create", "alter")]
        ready += [("fill", ("table", *link[1:])) for link in links]
        while keys:
            for link in links_to(ctx.new).get(keys.pop(), ()):
                ready.append(("create", link))
                keys.append(ctx.new.facts[link].spec.index)
        return ready, []

    def above(self, fact: Fact, catalog: Catalog) -> Iterator[Fact]:
        """The foreign keys of all wholes that the table of one is a partition of."""
        for whole in wholes(fact.id[:3], catalog):
            yield from (part for part in catalog.children(whole) if part.kind == self.name)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        enforced = old.spec.enforced != new.spec.enforced
        same = replace(
            old.spec,
            deferrable=new.spec.deferrable,
            deferred=new.spec.deferred,
            valid=new.spec.valid,
            enforced=new.spec.enforced,
        )
        loosened = not new.spec.valid and (new.spec.enforced if enforced else old.spec.valid)
        if same != new.spec or loosened:
            return super().alter(old, new, ctx)
        # Enforcing it looks at the rows.
        like = replace(same, valid=new.spec.valid if enforced else old.spec.valid)
        steps = super().alter(old._replace(spec=like), new, ctx) or []
        words = []
        if (old.spec.deferrable, old.spec.deferred) != (new.spec.deferrable, new.spec.deferred):
            words.append("NOT DEFERRABLE")
            if new.spec.deferrable:
                words[0] = f"DEFERRABLE INITIALLY {'DEFERRED' if new.spec.deferred else 'IMMEDIATE'}"
        if enforced:
            words.append("ENFORCED" if new.spec.enforced else "NOT ENFORCED")
        if words:
            clause = f"ALTER CONSTRAINT {ident(new.id[3])} {' '.join(words)}"
            head = alter_table(ctx, new.id)
            steps.insert(0, Step(f"{head} {clause}", f"alter foreign key {new.id[3]} of table {new.id[2]}"))
        return steps
