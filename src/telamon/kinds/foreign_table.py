"""Foreign tables. They share columns, defaults, NOT NULL and checks with tables, and are read by their query."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds import inheritance
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.options import options_change, options_clause
from telamon.kinds.table import alter_table
from telamon.quote import ident


class ForeignTableSpec(Struct, frozen=True):
    """
    Args:
        inherits: parents in order; not the partitioned table of a partition.
        partition: whether it is a partition (its bounds are a fact of their own).
    """

    server: str
    options: tuple[str, ...]
    inherits: tuple[Id, ...]
    partition: bool


class ForeignTable(Kind):
    name = "foreign_table"
    rank = 30

    def query(self, server: Server) -> str:
        return ""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        """The query of tables finds them."""

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), ("type name", *fact.id[1:])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        from telamon.kinds import inline

        spec: ForeignTableSpec = fact.spec
        clauses = [clause for child in ctx.folded.get(fact.id, ()) if (clause := inline(child, ctx))]
        body = "(\n  " + ",\n  ".join(clauses) + "\n)" if clauses else "()"
        words = [f"CREATE FOREIGN TABLE {ctx.name(*fact.id[1:])}", body]
        if spec.inherits:
            words.append(f"INHERITS ({', '.join(ctx.name(*parent[1:]) for parent in spec.inherits)})")
        words += [f"SERVER {ident(spec.server)}", options_clause(spec.options)]
        return [Step(" ".join(filter(None, words)), f"create foreign table {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP FOREIGN TABLE {ctx.name(*fact.id[1:])}", f"drop foreign table {fact.id[2]}")]

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        return inheritance.around(operation, fact, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        clauses = inheritance.clauses(old, new, ctx)
        if clauses is None or old.spec.server != new.spec.server:
            return None
        head, comment = alter_table(ctx, new.id), f"modify foreign table {new.id[2]}"
        steps = [Step(f"{head} {clause}", comment, head, clause) for clause in clauses]
        if change := options_change(old.spec.options, new.spec.options):
            steps.append(Step(f"ALTER FOREIGN TABLE {ctx.name(*new.id[1:])} {change}", comment))
        return steps
