"""The proof: a plan is executed on a dev copy of the current state, and what comes out is compared, fact by fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from telamon import rows
from telamon.catalog.facts import Catalog, Id, title
from telamon.catalog.scoped import read_scope
from telamon.dev import Database
from telamon.diff import Changes, diff
from telamon.errors import ProofError
from telamon.kinds.base import Server
from telamon.kinds.partition import wholes
from telamon.plan import Plan, make_plan
from telamon.scope import Scope

ROUNDS = 3
"""How often a plan may be completed by what its own execution brought about."""

UNSAFE_ENUM = "55P04"
DATA_CLASSES = ("22", "23", "42601")
"""SQLSTATE classes of data exceptions and integrity violations, and what some types say of a value that they cannot
read: the rows are to blame, not the plan. (Without rows, a fault of the plan is still there.)"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the execution of a plan showed.

    Args:
        plan: the plan that was proved, completed where need be.
        transactional: whether it can run in one transaction.
        data: what the server said where seeded rows stood in the way, or "".
        rewritten: tables that were rewritten.
        reached: what the dev database held in the end.
    """

    plan: Plan
    transactional: bool
    data: str
    rewritten: tuple[tuple[str, str], ...]
    reached: Catalog


class Failed(Exception):
    """A statement of the plan failed on the dev database."""

    def __init__(self, statement: str, error: psycopg.Error) -> None:
        super().__init__(str(error))
        self.statement, self.error = statement, error


def prove(plan: Plan, old: Catalog, new: Catalog, copy: Callable[[], Database], scope: Scope, server: Server) -> Proof:
    """Proves a plan, completing it where PostgreSQL itself added something (default privileges, inherited parts).

    Args:
        old: the current catalog, of which `copy` makes databases.
        new: the desired catalog.

    Raises:
        ProofError: the plan fails, does not lead to `new`, or loses what it did not announce.
    """
    for _ in range(ROUNDS):
        proof = attempt(plan, old, new, copy, scope)
        residue = diff(proof.reached, new)
        if not residue:
            return proof
        rest = make_plan(proof.reached, new, server)
        if not rest.steps:
            break
        plan = replace(plan, steps=(*plan.steps, *rest.steps))
    raise ProofError(
        "The plan does not lead to the desired schema; nothing was written",
        where=describe(residue),
        why="This is a bug in Telamon: the statements were executed on the dev database and left this difference.",
        do="Please report it with the two schemas. Meanwhile: telamon migrate new, and write the statements by hand.",
    )


def attempt(plan: Plan, old: Catalog, new: Catalog, copy: Callable[[], Database], scope: Scope) -> Proof:
    """Executes the plan with rows and, where the rows stand in its way, without."""
    transactional, seeded, data = all(step.transactional for step in plan.steps), True, ""
    plan = replace(plan, bodies_unchecked=False)
    while True:
        with copy() as database, database.connect() as connection:
            try:
                return run(plan, old, new, connection, scope, transactional, seeded, data)
            except Failed as failure:
                state = failure.error.sqlstate or ""
                if transactional and state == UNSAFE_ENUM:
                    transactional = False
                elif not plan.bodies_unchecked and any(
                    step.sql == failure.statement for step in plan.steps if step.bodies
                ):
                    plan = replace(plan, bodies_unchecked=True)
                elif seeded and state.startswith(DATA_CLASSES):
                    seeded, data = False, str(failure.error).splitlines()[0]
                elif scope.rows and state.startswith(DATA_CLASSES):
                    raise ProofError(
                        "The rows of the schema do not allow a statement of the plan; nothing was written",
                        where=failure.statement,
                        why=str(failure.error),
                        do="Do it in two steps: first change the rows, then the schema, or the other way round.",
                    ) from failure
                elif held := next((step.held for step in plan.steps if step.sql == failure.statement), ""):
                    raise ProofError(
                        "Something that is no part of the plan stands in its way; nothing was written",
                        where=failure.statement,
                        why=str(failure.error),
                        do=held,
                    ) from failure
                else:
                    raise ProofError(
                        "A statement of the plan fails on the dev database; nothing was written",
                        where=failure.statement,
                        why=f"{failure.error}\nThis is a bug in Telamon.",
                        do="Please report it with the two schemas.",
                    ) from failure


def run(
    plan: Plan,
    old: Catalog,
    new: Catalog,
    connection: psycopg.Connection[tuple[Any, ...]],
    scope: Scope,
    transactional: bool,
    seeded: bool,
    data: str,
) -> Proof:
    # Rows that are facts are compared as facts.
    declared = {("table", *table.name) for table in scope.rows}
    touched = [table for table in touched_tables(plan, old) if table not in declared]
    if seeded:
        rows.seed(connection, touched, declared)
        rows.advance(connection, [id for id in plan.changes.altered if id[0] == "sequence"])
    kept = holders(touched, plan, old, new)
    columns = kept_columns(kept, old, new)
    parents = frozenset(id for id in kept if not (old.facts[id].spec.partition_key or new.facts[id].spec.partition_key))

    def look() -> tuple[dict[Id, int], dict[Id, str], dict[int, tuple[tuple[str, str], int]]]:
        return *rows.look(connection, kept, columns, parents), rows.files(connection)

    before = look()
    execute(plan, connection, transactional)
    after = look()
    check_rows(before, after)
    rewritten = rows.rewritten(before[2], after[2])
    if rewritten and not any(step.rewrite for step in plan.steps):
        raise ProofError(
            "The plan rewrites tables without saying so; nothing was written",
            where=", ".join(".".join(name) for name in rewritten),
            why="This is a bug in Telamon.",
        )
    reached = read_scope(connection, scope)
    return Proof(observed(plan, rewritten, old, scope), transactional, data, rewritten, reached)


def observed(plan: Plan, rewritten: tuple[tuple[str, str], ...], old: Catalog, scope: Scope) -> Plan:
    """The plan with rewrites announced only for the tables that were seen to be rewritten, and those above them."""
    from telamon.quote import ident

    seen = list(rewritten)
    for schema, name in seen:
        table, partition = old.get(("table", schema, name)), old.get(("partition", schema, name))
        above = table.spec.inherits if table else ()
        above += (partition.spec.of,) if partition else ()
        seen += [id[1:3] for id in above if id[1:3] not in seen]
    names = [ident("" if schema == scope.hidden_schema else schema, table) for schema, table in seen]
    tables = {f"ALTER TABLE {name}" for name in names}
    steps = tuple(
        replace(step, rewrite=False) if step.rewrite and step.table and step.table not in tables else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def execute(plan: Plan, connection: psycopg.Connection[tuple[Any, ...]], transactional: bool) -> None:
    """Runs the plan's statements as apply would."""
    statements = [step.sql for step in plan.statements()]
    if transactional:
        statements = ["BEGIN", *statements, "COMMIT"]
    for statement in statements:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            connection.rollback()
            raise Failed(statement, error) from error


def touched_tables(plan: Plan, old: Catalog) -> list[Id]:
    """The tables that the plan changes in any way and that are there before."""
    found: dict[Id, None] = {}
    for id in (*plan.changes.added, *plan.changes.removed, *plan.changes.altered):
        path = id[1:] if id[0] in ("comment", "owner", "grant") else id
        table = ("table", *path[1:3])
        if table in old.facts:
            found[table] = None
    return list(found)


def holders(tables: list[Id], plan: Plan, old: Catalog, new: Catalog) -> list[Id]:
    """The tables that stay, in which to look for rows so that those that move between partitions are found.

    Rows are looked for in whole partitioned tables; where partitions are attached, detached or dropped, in the plain
    tables of the tree.
    """
    stay = [id for id in tables if id in new.facts]
    changed = [id for id in stay if old.facts[id].spec.partition != new.facts[id].spec.partition]
    for fact in old:
        if fact.kind == "partition" and fact.parent not in new.facts and fact.spec.of not in plan.replaced:
            changed.append(("table", *fact.id[1:]))
    parted = {whole(id, catalog) for id in changed for catalog in (old, new)}
    bereft = [p for fact in old if fact.kind == "table" and fact.id not in new.facts for p in fact.spec.inherits]
    for id in bereft:
        bereft += old.facts[id].spec.inherits
    found = []
    for id in stay:
        before, after = old.facts[id].spec, new.facts[id].spec
        if not parted.isdisjoint((whole(id, old), whole(id, new))):
            looked_into = not before.partition_key and not after.partition_key
        else:
            # Where a whole takes the place of a parent whose heirs go, theirs are no longer among its rows.
            looked_into = not before.partition and not (id in bereft and after.partition_key)
        if looked_into:
            found.append(id)
    return found


def whole(table: Id, catalog: Catalog) -> Id:
    """The partitioned table at the top of all that a table is a partition of; itself if it is none."""
    *_, top = (table, *wholes(table, catalog))
    return top


def kept_columns(tables: list[Id], old: Catalog, new: Catalog) -> list[tuple[Id, str]]:
    """(column, its value as text) of columns on both sides with one type, that PostgreSQL does not compute."""
    from telamon.quote import ident

    columns = []
    for table in tables:
        if old.facts[table].spec.inherits and new.facts[table].spec.partition:
            continue  # it may get rows of the parent, which becomes its whole
        for fact in old.children(table):
            after = new.get(fact.id)
            same = after is not None and getattr(fact.spec, "type", None) == getattr(after.spec, "type", "")
            if same and after and not getattr(fact.spec, "generated", "") and not after.spec.generated:
                columns.append((fact.id, f"{ident(fact.id[-1])}::text"))
    return columns


def check_rows(before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
    """Raises ProofError where rows or values are gone that no statement announced as lost."""
    gone = [id for id, number in before[0].items() if after[0].get(id, number) < number]
    changed = [id for id, digest in before[1].items() if after[1].get(id, digest) != digest]
    if gone or changed:
        raise ProofError(
            "The plan loses data that both schemas have; nothing was written",
            where="\n".join(title(id) for id in gone + changed),
            why="Rows seeded before the plan were not the same after it. This is a bug in Telamon.",
            do="Please report it with the two schemas.",
        )


def describe(residue: Changes) -> str:
    """The first differences that are left."""
    lines = [f"missing: {title(id)}" for id in residue.added]
    lines += [f"surplus: {title(id)}" for id in residue.removed]
    lines += [f"differs: {title(id)}" for id in residue.altered]
    more = len(lines) - 12
    return "\n".join(lines[:12] + ([f"... and {more} more"] if more > 0 else []))
