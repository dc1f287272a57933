"""Operators, and shell operators: names that another operator has given its commutator or negator."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.naming import operator_name, operator_signature
from telamon.kinds.written import function

NAME = (
    "(SELECT ARRAY[n.nspname::text, x.oprname::text] FROM pg_catalog.pg_operator x"
    " JOIN pg_catalog.pg_namespace n ON n.oid = x.oprnamespace WHERE x.oid = o.{})"
)


class OperatorSpec(Struct, frozen=True):
    """
    Args:
        function: None for a shell.
        commutator: (schema, name); it takes the same types the other way round.
        negator: (schema, name).
        restrict: the function that estimates how many rows are found.
        join: the same, for joins.
    """

    function: str | None
    commutator: tuple[str, str] | None
    negator: tuple[str, str] | None
    restrict: str | None
    join: str | None
    merges: bool
    hashes: bool


class Operator(Kind):
    name = "operator"
    present = made("pg_operator")
    rank = 56

    def query(self, server: Server) -> str:
        return f"""
            SELECT o.oid::int8, n.nspname, o.oprname,
                   CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END,
                   CASE WHEN o.oprright = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprright, NULL) END,
                   {function("o.oprcode", server)}, {NAME.format("oprcom")}, {NAME.format("oprnegate")},
                   {function("o.oprrest", server)}, {function("o.oprjoin", server)}, o.oprcanmerge, o.oprcanhash
              FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
             WHERE o.oprnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, left, right, code, commutator, negator, *rest in rows:
            if reader.is_member("pg_operator", oid):
                continue
            links = (tuple(commutator) if commutator else None, tuple(negator) if negator else None)
            id = ("operator", schema, name, left, right)
            reader.add(id, OperatorSpec(code, *links, *rest), ("pg_operator", oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: OperatorSpec = fact.spec
        if spec.function is None:
            return []  # the operator that names it makes it
        _, schema, name, left, right = fact.id
        words = [f"FUNCTION = {spec.function}"]
        words += [f"{word} = {type}" for word, type in (("LEFTARG", left), ("RIGHTARG", right)) if type != "NONE"]
        for word, link in (("COMMUTATOR", spec.commutator), ("NEGATOR", spec.negator)):
            if link:
                words.append(f"{word} = OPERATOR({operator_name(link[0], link[1], ctx)})")
        words += [f"{word} = {name}" for word, name in (("RESTRICT", spec.restrict), ("JOIN", spec.join)) if name]
        words += [word for word, given in (("HASHES", spec.hashes), ("MERGES", spec.merges)) if given]
        listed = ",\n  ".join(words)
        return [Step(f"CREATE OPERATOR {operator_name(schema, name, ctx)} (\n  {listed}\n)", f"create operator {name}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP OPERATOR {operator_signature(fact.id, ctx)}", f"drop operator {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        comment = f"alter operator {new.id[2]}"
        if before.function is None:
            return self.create(new, ctx)
        if before.function != after.function or before.merges > after.merges or before.hashes > after.hashes:
            return None
        clauses = [
            f"{word} = {want or 'NONE'}"
            for word, have, want in (
                ("RESTRICT", before.restrict, after.restrict),
                ("JOIN", before.join, after.join),
            )
            if have != want
        ]
        once = self.settable_once(old, new, ctx)
        if once is None or (once and ctx.server.major < 17):
            return None
        clauses += once
        if not clauses:
            return []
        return [Step(f"ALTER OPERATOR {operator_signature(new.id, ctx)} SET ({', '.join(clauses)})", comment)]

    def settable_once(self, old: Fact, new: Fact, ctx: Context) -> list[str] | None:
        """What PostgreSQL 17 and later can add, and never take away; None where that does not do.

        A link is mutual: it comes with the creation of the other operator, and goes with its drop.
        """
        _, _, _, left, right = new.id
        clauses = []
        for word, have, want, types in (
            ("COMMUTATOR", old.spec.commutator, new.spec.commutator, (right, left)),
            ("NEGATOR", old.spec.negator, new.spec.negator, (left, right)),
        ):
            if have == want:
                continue
            if have and self.stays(("operator", *have, *types), ctx):
                return None
            if want is None:
                continue
            other = ("operator", *want, *types)
            if other not in ctx.created:
                clauses.append(f"{word} = OPERATOR({operator_name(want[0], want[1], ctx)})")
            elif ctx.new.facts[other].spec.function is None:
                return None  # only CREATE OPERATOR makes a shell of what it names
        if new.spec.hashes and not old.spec.hashes:
            clauses.append("HASHES")
        if new.spec.merges and not old.spec.merges:
            clauses.append("MERGES")
        return clauses

    @staticmethod
    def stays(id: Id, ctx: Context) -> bool:
        return ctx.new.get(id) is not None and id not in ctx.created
