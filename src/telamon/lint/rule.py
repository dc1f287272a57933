"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from telamon.lint.finding import Severity
from telamon.lint.observed import BLOCKS_WRITES, Observed
from telamon.lint.state import Relation, State


@dataclass(frozen=True, slots=True)
class Example:
    """A migration on top of a schema.

    Args:
        setup: the schema on which it is tried.
        sql: the file.
    """

    setup: str
    sql: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found in a statement.

    Args:
        message: what happens, and on what; one sentence without a final full stop.
        rewrite: the exact SQL to write instead, "" where there is none.
    """

    message: str
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the statement.

    Args:
        base: the database before the first new file: what is not in it has no rows and no users yet.
        file: all statements of the file that were run.
        names: the patterns that names must follow, by what they name.
        types: types that are not wanted, each with what to take instead.
        allow, deny: patterns of the objects that may be changed, and of those that may not.
        reversible: whether the file has a way back of its own.
    """

    base: State
    file: Sequence[Observed] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    reversible: bool = False

    def live(self, oid: int) -> bool:
        """Whether a relation was there before this release, so that it may be large and in use."""
        return oid in self.base.relations

    def live_table(self, oid: int) -> Relation | None:
        """A table or materialized view that was there before this release, as it was then."""
        found = self.base.relations.get(oid)
        return found if found is not None and found.kind in ("r", "p", "m") else None

    def title(self, oid: int) -> str:
        """The name that a relation of before this release had then."""
        return self.base.relations[oid].title

    def live_column(self, of: int, number: int) -> bool:
        """Whether a column was there before this release."""
        return of in self.base.relations and number in self.base.relations[of].columns

    def before(self, seen: Observed) -> Sequence[Observed]:
        """The statements of the file above one."""
        return self.file[: self.place(seen)]

    def after(self, seen: Observed) -> Sequence[Observed]:
        """The statements of the file below one."""
        return self.file[self.place(seen) + 1 :]

    def place(self, seen: Observed) -> int:
        """How many statements of the file stand above one."""
        return next((index for index, each in enumerate(self.file) if each is seen), len(self.file))

    def locked(self, seen: Observed, least: int = BLOCKS_WRITES) -> list[tuple[Relation, str]]:
        """(table of before this release, mode in SQL) of locks of at least a strength that a statement takes anew."""
        found: dict[int, str] = {}
        for lock in seen.locks:
            if lock.strength >= least and self.live_table(lock.of):
                found[lock.of] = lock.sql
        return [(self.base.relations[oid], mode) for oid, mode in found.items()]


Judge = Callable[[Observed, Context], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        code: Atlas's where Atlas has one; else `TL` and a number.
        name: in words joined by hyphens.
        analyzer: its group, by which `nolint` may name it too.
        severity: what it is unless the configuration says otherwise.
        meaning: what it finds, one sentence.
        why: what that does to a live system, or to code that runs.
        instead: the safe way, in words.
        judge: finds it in a statement.
        bad: a migration in which it finds something.
        good: one that does the same the safe way.
        live: whether it is about rows or code that exist: then what is new in this release does not concern it.
        on: whether it is in force unless the configuration says otherwise.
        peers: the numbers by which the field study of other tools lists it.
    """

    code: str
    name: str
    analyzer: str
    severity: Severity
    meaning: str
    why: str
    instead: str
    judge: Judge
    bad: Example = Example("", "")
    good: Example = Example("", "")
    live: bool = True
    on: bool = True
    peers: tuple[str, ...] = ()
