"""What the commands do, without a command line: catalogs of sources, plans between them, proofs, new migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from telamon.catalog.facts import Catalog, Id, name_place, title
from telamon.catalog.kept import load_catalog, save_catalog
from telamon.catalog.roles import ensure_shared, passwords
from telamon.catalog.scoped import read_scope
from telamon.catalog.store import key_of
from telamon.dev import Database, Dev, open_dev
from telamon.dev.errors import explain
from telamon.diff import diff
from telamon.diff.renames import Rename, accepted, candidates, substituted
from telamon.directory import Directory
from telamon.errors import ProofError, TelamonError, UsageError
from telamon.generate import NO_WISHES, Wishes, source_key
from telamon.keep import keeping
from telamon.kinds import BY_NAME
from telamon.kinds.base import Context, Server, Step
from telamon.plan import Plan, make_plan
from telamon.prove import ROUNDS, Failed, Proof, describe, execute, prove
from telamon.replay import replay
from telamon.role_patterns import dev_with_roles
from telamon.scope import Scope, without_facts
from telamon.sources import DatabaseSource, DirectorySource, Source, SqlSource, load
from telamon.translation import common, major, translated

HISTORY = (
    "schema:atlas_schema_revisions",
    "atlas_schema_revisions.*",
    "table:*.atlas_schema_revisions",
    "table:*.telamon_seeds",
)
"""Patterns of the revision table, which a target has and no schema describes."""

OUTSIDE = "made outside of the desired schema, left alone"
EMPTY = SqlSource((), ordered=True, label="nothing")
"""A new database."""

OLDEST = 140000
"""The version number of the oldest server whose catalog is read."""


class UnprovableError(TelamonError):
    """A state that no dev database can be brought into, so that a plan that begins there cannot be tried."""


UNDEFINED = ("3F000", "42P01", "42703", "42704", "42883")
"""SQLSTATEs of names that nothing has."""


@dataclass(frozen=True)
class Engine:
    """A dev server and the part of databases that is managed.

    Args:
        found: what sources were found to mean, by key: saved in the end, unless something newer takes its place.
    """

    dev: Dev
    scope: Scope
    found: dict[str, Catalog] = field(default_factory=dict)

    def catalog(self, source: Source) -> Catalog:
        """What a source means.

        Raises:
            TelamonError: the source does not load, or its database cannot be read.
        """
        if isinstance(source, DatabaseSource):
            return self.read_url(source.url)
        key = self.key(source)
        catalog = self.found.get(key) or load_catalog(key)
        if catalog is None:
            with self.database(source) as database:
                catalog = self.read(database)
                if self.scope.roles:
                    with database.connect() as connection:
                        told = passwords(connection, self.scope.roles)
                    catalog = replace(catalog, unmanaged=(*catalog.unmanaged, *told))
            self.found[key] = catalog
        return catalog

    def key(self, source: SqlSource | DirectorySource) -> str:
        """The name under which what a source means is saved."""
        return key_of(self.dev.identity, self.scope.key(), source_key(source))

    def catalogs(self, old: Source, new: Source) -> tuple[Catalog, Catalog]:
        """What two sources mean; they are executed side by side where the dev server allows.

        Raises:
            TelamonError: as `catalog` does.
        """
        return self.alike(*self.both(old, new))

    def both(self, old: Source, new: Source) -> tuple[Catalog, Catalog]:
        """The two as they were read, each in the words of its server."""
        if not self.dev.many:
            return self.catalog(old), self.catalog(new)
        try:
            with ThreadPoolExecutor(1) as other:
                second = other.submit(self.catalog, new)
                return self.catalog(old), second.result()
        except TelamonError:
            # Roles belong to the whole server, and statements about them may meet: only what fails alone has failed.
            return self.catalog(old), self.catalog(new)

    def alike(self, old: Catalog, new: Catalog) -> tuple[Catalog, Catalog]:
        """Two catalogs in the words of one server: where their major versions differ, of the dev server.

        Raises:
            TelamonError: one of them cannot be said in those words.
        """
        if major(old) == major(new) or not diff(old, new):
            return old, new
        old, new = common(old, new)
        old, new = (translated(each, self.dev, self.scope, self.server) for each in (old, new))
        return old, new

    def database(self, source: SqlSource | DirectorySource) -> Database:
        """A dev database in the state that a source describes; the caller drops it."""
        if isinstance(source, DirectorySource):
            return replay(Directory.read(source.path, missing_ok=True), self.dev, source.version)
        database = self.dev.create()
        try:
            with database.connect() as connection:
                load(source, connection, server=self.dev.description, roles=self.scope.roles)
        except BaseException:
            database.drop()
            raise
        return database

    def rebuilt(self, catalog: Catalog) -> Database:
        """A dev database rebuilt from what was read elsewhere.

        Raises:
            UnprovableError: a statement fails on the dev server (an extension is missing, or the version differs), or
                the result is not the same (an index that is not valid cannot be made).
        """
        database = self.dev.create()
        try:
            with database.connect() as connection:
                ensure_shared(connection, catalog)
                for _ in range(ROUNDS):
                    plan = make_plan(self.read_from(connection), catalog, self.server)
                    if not plan:
                        break
                    execute(plan, connection, all(step.transactional for step in plan.steps))
                if left := diff(self.read_from(connection), catalog):
                    raise UnprovableError(
                        "The current state cannot be rebuilt on the dev server exactly", where=describe(left)
                    )
        except Failed as failure:
            database.drop()
            raise UnprovableError(
                "The current state cannot be rebuilt on the dev server",
                where=f"{failure.statement}\non {self.dev.description}",
                why=str(failure.error),
                do="Use a dev server with the same extensions and version: --dev-url postgres://...",
            ) from failure
        except BaseException:
            database.drop()
            raise
        return database

    def copy(self, source: Source, catalog: Catalog) -> Database:
        """A dev database in the state of a source whose catalog is known."""
        return self.rebuilt(catalog) if isinstance(source, DatabaseSource) else self.database(source)

    @property
    def server(self) -> Server:
        scope = self.scope
        return Server(
            self.dev.version_num, scope.schemas, scope.hidden_schema, roles=scope.roles, database=scope.database
        )

    def read(self, database: Database) -> Catalog:
        """The catalog of a dev database."""
        with database.connect() as connection:
            return self.read_from(connection)

    def read_url(self, url: str) -> Catalog:
        """The catalog of a database given by URL, without the revision table."""
        with connect(url) as connection:
            return self.read_from(connection, HISTORY)

    def read_from(self, connection: psycopg.Connection[tuple[Any, ...]], hidden: tuple[str, ...] = ()) -> Catalog:
        """The catalog of the database behind a connection.

        Args:
            hidden: patterns of what is left out besides what the scope excludes.
        """
        return read_scope(connection, self.scope, hidden)


@contextmanager
def connect(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to a database given by URL, in autocommit.

    Args:
        url: `?search_path=` is taken for a parameter of ours (Atlas's), and not handed to the driver.

    Raises:
        UsageError: the URL is wrong.
        TelamonError: it cannot be reached, is older than 14, or a statement of ours fails.
    """
    from telamon.apply.target import parse

    conninfo = parse(url).conninfo
    try:
        with psycopg.connect(conninfo, autocommit=True, application_name="telamon") as connection:
            version = connection.info.server_version
            if version < OLDEST:
                raise TelamonError(
                    f"The server is too old: PostgreSQL {version // 10000}",
                    where=url,
                    do=f"PostgreSQL {OLDEST // 10000} and later are supported.",
                )
            yield connection
    except psycopg.Error as error:
        raise explain(error, "The database cannot be read", url) from error


def server_major(url: str) -> int:
    """The major version of the server behind a URL."""
    with connect(url) as connection:
        return connection.info.server_version // 10000


@contextmanager
def open_engine(dev: str, scope: Scope, *, major: int | None = None) -> Iterator[Engine]:
    """An engine on a dev server, which is let go at the end."""
    with open_dev(dev_with_roles(dev) if scope.roles else dev, major=major) as server:
        if scope.database and not server.many:
            raise UsageError(
                "Settings of the database cannot be managed with this dev server",
                where=server.description,
                why="It is the given database itself, which is used and handed back empty; its settings would stay.",
                do="Give its user CREATEDB, or use the embedded dev server.",
            )
        engine = Engine(server, scope)
        try:
            yield engine
        finally:
            for key, catalog in engine.found.items():
                save_catalog(key, catalog)


@dataclass(frozen=True)
class Planned:
    """A plan between two sources.

    Args:
        plan: with its renames first.
        proof: None where none was asked for.
        candidates: renames that were not decided.
        unmanaged: what the desired schema holds and no kind manages.
        unproved: why a plan that was to be proved is not; "" otherwise.
    """

    plan: Plan
    proof: Proof | None = None
    candidates: tuple[Rename, ...] = ()
    unmanaged: tuple[str, ...] = ()
    unproved: str = ""

    def __bool__(self) -> bool:
        return bool(self.plan)

    @property
    def losses(self) -> tuple[str, ...]:
        """What data is lost, in words."""
        return self.plan.losses

    def sql(self) -> str:
        """The plan as a file: each statement with its comment."""
        return self.plan.sql()


def plan_between(
    engine: Engine, old_source: Source, new_source: Source, wishes: Wishes = NO_WISHES, *, proved: bool = True
) -> Planned:
    """Plans, and proves, the way from one source to another.

    Raises:
        UsageError: renames are not decided and have to be.
        Refusal, ProofError, TelamonError: as `make_plan`, `prove` and the sources do.
    """
    engine = replace(engine, scope=engine.scope.towards(new_source))
    old, new = engine.catalogs(old_source, new_source)
    old = like(old, new, old_source, new_source)
    partial = isinstance(old_source, DatabaseSource)
    return plan_catalogs(engine, old, new, lambda: engine.copy(old_source, old), wishes, proved=proved, partial=partial)


def plan_catalogs(
    engine: Engine,
    old: Catalog,
    new: Catalog,
    copy: Callable[[], Database],
    wishes: Wishes = NO_WISHES,
    *,
    proved: bool = True,
    partial: bool = False,
) -> Planned:
    """Plans, and proves, the way from one catalog to another.

    Args:
        copy: makes dev databases in the state of `old`.
        partial: whether those are rebuilt from what was read, and so lack what is out of scope.

    Raises:
        UsageError: renames are not decided and have to be.
        Refusal, ProofError, TelamonError: as `make_plan` and `prove` do.

    Returns:
        the plan, with `unproved` saying so where no dev database can be brought into the state of `old`.
    """
    new = keeping(old, new, wishes.skip)
    renames, open_questions = decide(old, new, wishes)
    moves, moved = move(engine, copy, old, new)
    first, renamed = rename(engine, copy, moved, new, renames, moves)
    server = replace(engine.server, concurrently=wishes.concurrently)
    using = conversions(wishes.using, renamed)
    plan = make_plan(renamed, new, server, using=using, strict_order=wishes.strict_order)
    if first:
        plan = replace(plan, steps=(*first, *plan.steps))
    told = tuple(dict.fromkeys((*new.unmanaged, *(text for text in old.unmanaged if OUTSIDE in text))))
    result = Planned(plan, None, tuple(open_questions), told)
    if not plan or not proved:
        return result
    try:
        proof = prove(plan, old, new, copy, engine.scope, server)
    except UnprovableError as error:
        return replace(result, unproved=error.summary)
    except ProofError as error:
        failure = error.__cause__
        if partial and isinstance(failure, Failed) and failure.error.sqlstate in UNDEFINED and engine.scope.limited:
            return replace(result, unproved=f"it names what is out of scope: {failure}".splitlines()[0])
        raise
    return Planned(proof.plan, proof, result.candidates, result.unmanaged)


def like(old: Catalog, new: Catalog, old_source: Source, new_source: Source) -> Catalog:
    """What of a database counts when it is compared with a model rather than with another database.

    Owners count only where the model names one: SQL without OWNER TO leaves them alone, unless the role goes. What is
    commonly made beside the model (partitions for new months) is left alone and named.
    """
    if not isinstance(old_source, DatabaseSource) or isinstance(new_source, DatabaseSource):
        return old
    leaving = {id[1] for id in old.facts if id[0] == "role" and id not in new.facts}
    facts = {
        id: fact for id, fact in old.facts.items() if id[0] != "owner" or id in new.facts or fact.spec.role in leaving
    }
    managed = Catalog(facts, old.version_num, old.unmanaged, old.user)
    outside = [
        fact.id for fact in managed if fact.id not in new.facts and BY_NAME[fact.kind].outside(fact, managed, new)
    ]
    return without_facts(managed, set(outside), note=OUTSIDE)


def decide(old: Catalog, new: Catalog, wishes: Wishes) -> tuple[list[Rename], list[Rename]]:
    """(renames to make, candidates that nobody decided). A table's own come first, then those of its columns."""
    chosen = accepted(wishes.renames, old, new)
    if wishes.no_rename:
        return chosen, []
    decided: set[Id] = {rename.old for rename in chosen}
    left: list[Rename] = []
    while True:
        moved = old
        for rename in chosen:
            moved = substituted(moved, {rename.old: rename.new})
        found = [c for c in candidates(moved, new, lambda id: BY_NAME[id[0]].asks) if c.old not in decided]
        if not found:
            break
        answered = list(wishes.ask(found)) if wishes.ask else []
        decided |= {candidate.old for candidate in found}
        chosen += answered
        left += [] if wishes.ask else found
    if left and wishes.required:
        raise UsageError(
            "Something may have been renamed, and only you know",
            where="\n".join(str(rename) for rename in left),
            why="Taken as a drop and a creation, its data would be lost.",
            do="Give " + " ".join(f"--rename {rename.flag}" for rename in left) + ", or --no-rename.",
        )
    return chosen, left


def move(engine: Engine, copy: Callable[[], Database], old: Catalog, new: Catalog) -> tuple[list[Step], Catalog]:
    """Alterations that change how others are written (`Kind.reaches`), and the catalog after them, read from a copy.

    Compared without that, all that is written anew would be altered, too: columns of a type whose extension moves.
    """
    steps: list[Step] = []
    ctx = Context(old, new, engine.server)
    for id in diff(old, new).altered:
        kind, wanted = BY_NAME[id[0]], new.facts[id]
        if kind.reaches and (altered := kind.alter(old.facts[id], wanted, ctx)):
            lacking = sorted(need for need in wanted.needs if need not in old.facts)
            steps += [step for need in lacking for step in BY_NAME[need[0]].create(new.facts[need], ctx)] + altered
    if not steps:
        return [], old
    steps = list(dict.fromkeys(steps))
    try:
        with copy() as database:
            with database.connect() as connection:
                execute(Plan(tuple(steps), diff(old, new)), connection, True)
            return steps, engine.read(database)
    except (Failed, UnprovableError):
        return [], old  # then it is altered in its turn


def rename(
    engine: Engine,
    copy: Callable[[], Database],
    old: Catalog,
    new: Catalog,
    renames: Sequence[Rename],
    before: Sequence[Step] = (),
) -> tuple[list[Step], Catalog]:
    """The statements of renames, and the catalog after them: read from a copy, since they reach into every text.

    Args:
        before: statements that lead from what is copied to `old`; they are among those that are returned.
    """
    if not renames:
        return list(before), old
    steps = list(before)
    current = old
    for each in renames:
        fact, kind = current.facts[each.old], BY_NAME[each.old[0]]
        context = Context(current, new, engine.server)
        moved = (*each.old[:1], *each.new[1:2], *each.old[2:])
        if moved != each.old and len(moved) > 2:
            steps.append(possible(kind.relocate(fact, each.new[1], context), each, "moved to another schema"))
            current = substituted(current, {each.old: moved})
            fact, context = current.facts[moved], replace(context, old=current)
        if fact.id != each.new:
            name = each.new[name_place(each.new)]
            steps.append(possible(kind.rename(fact, name, context), each, "renamed"))
            current = substituted(current, {fact.id: each.new})
    with copy() as database:
        with database.connect() as connection:
            try:
                execute(Plan(tuple(steps), diff(old, current)), connection, True)
            except Failed as failure:
                raise UsageError(
                    "The renames cannot be carried out in this order",
                    where=failure.statement,
                    why=str(failure.error),
                    do="Give --rename in an order in which no name is taken; to swap two names, go over a third one.",
                ) from failure
        return steps, engine.read(database)


def possible(step: Step | None, rename: Rename, what: str) -> Step:
    """The step, or an error where the kind has none."""
    if step is None:
        raise UsageError(
            f"The {title(rename.old)} cannot be {what}",
            where=f"--rename {rename.flag}",
            why="PostgreSQL has no statement for that.",
            do="Leave the flag out: it is dropped and made under its new name.",
        )
    return step


def conversions(flags: Sequence[str], catalog: Catalog) -> Mapping[Id, str]:
    """The expressions of `--using column:t.c=expression` by column."""
    from telamon.diff.renames import resolve

    found: dict[Id, str] = {}
    for flag in flags:
        kind, _, rest = flag.partition(":")
        path, equals, expression = rest.partition("=")
        id = resolve(kind, path, catalog) if equals and kind == "column" else None
        if id is None:
            raise UsageError(f"--using {flag!r} names no column", do="Write --using column:table.column='expression'.")
        found[id] = expression
    return found
