"""Declarative work on a target: a plan from what it holds to what it shall hold, bound to what was read, and run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from telamon.apply.events import Emit
from telamon.apply.failure import server_words
from telamon.apply.options import Options
from telamon.apply.statements import TxMode, run_statements
from telamon.apply.target import Target
from telamon.catalog.facts import Catalog, Fact, Id, title
from telamon.engine import HISTORY, Engine, Planned, like, plan_catalogs
from telamon.errors import DriftError, TelamonError
from telamon.generate import NO_WISHES, Wishes
from telamon.kinds import BY_NAME
from telamon.sources import DatabaseSource, Source


@dataclass(frozen=True, slots=True)
class Loss:
    """Data that a plan destroys.

    Args:
        what: in words, as `all rows of table public.t`.
        rows: of a table, how many; of a column, how many are not null. None where nothing is to be counted.
        unknown: why they could not be counted, or "".
    """

    what: str
    rows: int | None = None
    unknown: str = ""

    def __str__(self) -> str:
        if self.unknown:
            return f"{self.what} (not counted: {self.unknown})"
        noun = "value" if "values" in self.what else "row"
        return self.what if self.rows is None else f"{self.what} ({self.rows} {noun}{'s' * (self.rows != 1)})"


@dataclass(frozen=True, slots=True)
class Way:
    """A way between versions, for a plan that leads along the directory.

    Args:
        current: the version before, "" for none.
        target: the version after it.
        files: that are undone, the newest first.
    """

    current: str
    target: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Intent:
    """What is about to be done to a target, and what that was decided on.

    Args:
        planned: the plan, proved.
        digest: of the target's catalog that was read.
        hidden: what was left out of it besides what the scope excludes.
        losses: the data that goes.
        warnings: what the person should know.
        guard: called under the lock before the first statement; raises where what else was decided on has changed.
        way: the versions that it leads between, None where it is no matter of versions.
    """

    planned: Planned
    digest: str
    hidden: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    guard: Callable[[], None] | None = None
    way: Way | None = None

    def __bool__(self) -> bool:
        return bool(self.planned)

    @property
    def statements(self) -> list[str]:
        """What is to be executed, in order."""
        return [step.sql for step in self.planned.plan.statements()]

    def tx_mode(self, wanted: TxMode) -> TxMode:
        """How it can be run: in one transaction, unless a statement, or the wish, forbids that."""
        proof = self.planned.proof
        together = proof.transactional if proof else all(step.transactional for step in self.planned.plan.steps)
        return wanted if together else "none"


def intend_apply(engine: Engine, target: Target, source: Source, wishes: Wishes = NO_WISHES) -> Intent:
    """Plans the way from what a target holds to a source, proves it, and counts what it would destroy.

    The revision table is left alone.

    Raises:
        UsageError: renames are not decided and have to be.
        TelamonError: the target cannot be read, the source does not load, the plan cannot be made or proved.
    """
    new = engine.catalog(source)
    with explained("The target cannot be read"):
        read = engine.read_from(target.connection, HISTORY)
    known, new = engine.alike(read, new)
    old = like(known, new, DatabaseSource(""), source)
    planned = plan_catalogs(engine, old, new, lambda: engine.rebuilt(old), wishes, partial=True)
    return intent_for(engine, target, read, planned, HISTORY)


def intend_clean(engine: Engine, target: Target) -> Intent:
    """Plans how to empty a target: everything goes, the revision table too, but not the schema `public` itself.

    Raises:
        TelamonError: the target cannot be read, the plan cannot be made or proved.
    """
    with explained("The target cannot be read"):
        old = engine.read_from(target.connection)
    planned = plan_catalogs(engine, old, emptied(old, engine.scope.schemas), lambda: engine.rebuilt(old), partial=True)
    return intent_for(engine, target, old, planned, ())


BORN: tuple[Id, ...] = (("schema", "public"), ("extension", "plpgsql"))
"""What every new database has."""


def emptied(catalog: Catalog, schemas: Sequence[str] = ()) -> Catalog:
    """What stays when a database is emptied: what it was born with, with its owner, grants and comment.

    Args:
        schemas: empty only these; what belongs to no schema stays then.
    """

    def root(fact: Fact) -> Fact:
        above = catalog.get(fact.parent) if fact.parent else None
        return root(above) if above else fact

    def stays(fact: Fact) -> bool:
        if fact.id in BORN or (fact.parent in BORN and fact.id[1:3] == fact.parent):
            return True
        top = root(fact).id
        if BY_NAME[top[0]].beside:
            return True
        return bool(schemas) and not (top[1] in schemas and (top[0] == "schema" or len(top) > 2))

    facts = {fact.id: fact for fact in catalog if stays(fact)}
    return Catalog(facts, catalog.version_num, (), catalog.user)


def intent_for(
    engine: Engine, target: Target, read: Catalog, planned: Planned, hidden: tuple[str, ...] = HISTORY
) -> Intent:
    """What a plan means for a target: the data that goes, counted there, and what the person should know.

    Args:
        read: all that the target holds but for what is hidden.
        hidden: patterns of what was left out of it.
    """
    warnings = [f"Not managed: {text}" for text in dict.fromkeys((*read.unmanaged, *planned.unmanaged))]
    warnings += [f"Not proved: {planned.unproved}"] if planned.unproved else []
    dev = engine.dev.version_num // 10000
    if target.version // 10000 != dev:
        warnings.append(
            f"The target runs PostgreSQL {target.version // 10000}, and the plan was proved on {dev}; "
            "--dev-url names a server of the same version"
        )
    if planned.proof and planned.proof.data:
        warnings.append(f"Hazard: whether it can be applied depends on the rows: {planned.proof.data}")
    losses = _count(target, planned.losses, read)
    return Intent(planned, read.digest(), hidden, losses, tuple(warnings))


def _count(target: Target, phrases: Sequence[str], read: Catalog) -> tuple[Loss, ...]:
    """Counts, on the target, the rows of tables and the values of columns that phrases of losses name."""
    named = {title(fact.id): fact.id for fact in read if fact.kind in ("table", "column")}
    losses = []
    for phrase in dict.fromkeys(part for text in phrases for part in text.split("; ")):
        id = named.get(phrase.partition(" of ")[2])
        if id is None:
            losses.append(Loss(phrase))
            continue
        what = sql.Identifier(id[3]) if id[0] == "column" else sql.SQL("*")
        query = sql.SQL("SELECT count({}) FROM {}").format(what, sql.Identifier(*id[1:3]))
        try:
            # Row security would count only what this user sees; switched off, the server refuses instead.
            with target.connection.transaction():
                target.connection.execute("SET LOCAL row_security = off")
                row = target.connection.execute(query).fetchone()
        except psycopg.Error as error:
            losses.append(Loss(phrase, unknown=server_words(error)))
        else:
            losses.append(Loss(phrase, int(str(row[0])) if row else None))
    return tuple(losses)


def carry_out(intent: Intent, engine: Engine, target: Target, options: Options, emit: Emit, tx_mode: TxMode) -> None:
    """Runs a plan on the target that it was made for, under the lock that keeps two runs apart.

    Raises:
        DriftError: the target is not any more as it was when the plan was made; nothing was changed.
        LockError: another run, or another session, was in the way for too long.
        TelamonError: a statement failed.
    """

    def check() -> None:
        if engine.read_from(target.connection, intent.hidden).digest() != intent.digest:
            raise DriftError(
                "The target has changed since the plan was made; nothing was done",
                why="Somebody else changed its schema meanwhile, and the plan was made and proved for the old one.",
                do="Run the command again: it plans from where the target is now.",
            )
        if intent.guard:
            intent.guard()

    with explained("The target failed outside of the plan"):
        run_statements(target, intent.statements, options, emit, tx_mode=intent.tx_mode(tx_mode), check=check)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Makes errors of the driver ones that a person can read."""
    try:
        yield
    except psycopg.Error as error:
        raise TelamonError(what, why=str(error).strip()) from error
