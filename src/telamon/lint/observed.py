"""What one statement was seen to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from telamon.lint.state import Column, Constraint, Fact, Index, Relation, State, Thing, Trigger
from telamon.statements import Statement

STRENGTH = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip
"""Lock modes, the weakest first."""
_SQL = dict(zip(STRENGTH, ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE",
                           "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"), strict=True))  # fmt: skip
BLOCKS_WRITES = STRENGTH.index("ShareLock")
BLOCKS_ALL = STRENGTH.index("AccessExclusiveLock")

Some = TypeVar("Some", Relation, Column, Constraint, Index, Trigger, Thing)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a relation.

    Args:
        of: the relation's OID.
        mode: as PostgreSQL calls it.
    """

    of: int
    mode: str

    @property
    def strength(self) -> int:
        """Its place among the modes."""
        return STRENGTH.index(self.mode)

    @property
    def sql(self) -> str:
        """Its mode as SQL calls it: `ACCESS EXCLUSIVE`."""
        return _SQL[self.mode]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of one table that a statement wrote."""

    of: int
    inserted: int
    updated: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that came, went or became another one.

    Args:
        before: None where it was created.
        after: None where it was dropped.
    """

    before: Fact | None
    after: Fact | None


@dataclass(frozen=True)
class Observed:
    """One statement, and what it was seen to do on a copy of the base state with rows in it.

    Args:
        statement: as it stands in the file.
        shared: whether it shares a transaction with its neighbours, as `apply` would run it.
        transactional: whether it ran inside a transaction at all.
        misplaced: it is to run in the file's transaction, and the server refused that.
        unsafe_enum: it uses a value of an enum that the same transaction added, and the server refused that.
        locks: newly taken; held to the end of the file where the transaction is shared.
        held: those that earlier statements of the same transaction left.
        rewritten: tables whose rows were written anew.
        emptied: tables whose rows are gone.
        scanned: tables that were read from end to end.
        written: rows that were written.
        before, after: what the database held.
        stumbled: the server's words where rows stood in the way; the statement was then run without them.
        notices: (SQLSTATE, message).
        lock_timeout, statement_timeout, idle_timeout: as they were in force, in milliseconds; 0 for none. The last is
            `idle_in_transaction_session_timeout`.
        application_name: as it was set.
    """

    statement: Statement
    shared: bool
    transactional: bool
    misplaced: bool
    unsafe_enum: bool
    locks: tuple[Lock, ...]
    held: tuple[Lock, ...]
    rewritten: tuple[int, ...]
    emptied: tuple[int, ...]
    scanned: tuple[int, ...]
    written: tuple[Written, ...]
    before: State
    after: State
    stumbled: str
    notices: tuple[tuple[str, str], ...]
    lock_timeout: int
    statement_timeout: int
    idle_timeout: int
    application_name: str

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The facts that differ before and after."""
        return tuple(differences(self.before, self.after))

    def created(self, kind: type[Some]) -> Iterator[Some]:
        """What came."""
        for change in self.changes:
            if change.before is None and isinstance(change.after, kind):
                yield change.after

    def dropped(self, kind: type[Some]) -> Iterator[Some]:
        """What went."""
        for change in self.changes:
            if change.after is None and isinstance(change.before, kind):
                yield change.before

    def altered(self, kind: type[Some]) -> Iterator[tuple[Some, Some]]:
        """What was there and is otherwise now, a new name included."""
        for change in self.changes:
            if isinstance(change.before, kind) and isinstance(change.after, kind):
                yield change.before, change.after

    def relation(self, oid: int) -> Relation | None:
        """A relation as it is after the statement, or as it was before."""
        return self.after.relations.get(oid) or self.before.relations.get(oid)

    def name(self, oid: int) -> str:
        """A relation's name in SQL."""
        found = self.relation(oid)
        return found.sql if found else str(oid)

    def title(self, oid: int) -> str:
        """A relation's name in messages."""
        found = self.relation(oid)
        return found.title if found else str(oid)

    def column(self, of: int, number: int) -> Column | None:
        """A column as it is after the statement, or as it was before."""
        for state in (self.after, self.before):
            relation = state.relations.get(of)
            if relation and number in relation.columns:
                return relation.columns[number]
        return None

    def within(self, oid: int, of: int) -> bool:
        """Whether a relation is a table or belongs to its partitions, however deep."""
        while oid and oid != of:
            found = self.relation(oid)
            oid = found.parent if found else 0
        return oid == of

    def read(self, of: int) -> bool:
        """Whether a table, or some of its partitions, was read from end to end."""
        return any(self.within(oid, of) for oid in self.scanned)

    def rewrote(self, of: int) -> bool:
        """Whether the rows of a table, or those of some of its partitions, were written anew."""
        return any(self.within(oid, of) for oid in self.rewritten)

    def handed_down(self, of: int) -> bool:
        """Whether a relation is a partition and the statement changed the table to which it belongs as well."""
        found = self.relation(of)
        parent = found.parent if found else 0
        return bool(parent) and self.before.relations.get(parent) is not self.after.relations.get(parent)

    def whole(self, oids: Iterable[int]) -> list[int]:
        """Tables, each once: of partitions the outermost table of theirs that the statement, or one above, locked."""
        locked = {lock.of for lock in (*self.locks, *self.held)}
        found: dict[int, None] = {}
        for oid in oids:
            top, relation = oid, self.relation(oid)
            while relation and relation.parent:
                top = relation.parent if relation.parent in locked else top
                relation = self.relation(relation.parent)
            found[top] = None
        return list(found)

    def strongest(self, of: int, *, new: bool = False) -> int:
        """The strength of the strongest lock on a relation, -1 if there is none.

        Args:
            new: count only what this statement took.
        """
        locks = self.locks if new else (*self.locks, *self.held)
        return max((lock.strength for lock in locks if lock.of == of), default=-1)

    @cached_property
    def node(self) -> Any:
        """The statement's syntax, None where the grammar does not take it: for what cannot be observed."""
        from telamon.lint.syntax import parsed

        return parsed(self.statement.text)

    @property
    def command(self) -> str:
        """What the statement is, by the grammar's name for it: `index_stmt`."""
        return "" if self.node is None else str(self.node.WhichOneof("node"))


def differences(before: State, after: State) -> Iterator[Change]:
    """The facts that differ, relations first."""
    if before is after:
        return
    old, new = before.relations, after.relations
    touched = [oid for oid in {**old, **new} if old.get(oid) is not new.get(oid)]
    for oid in touched:
        one, other = old.get(oid), new.get(oid)
        if one is None or other is None or _head(one) != _head(other):
            yield Change(one, other)
    for oid in touched:
        one, other = old.get(oid), new.get(oid)
        for part in ("columns", "constraints", "indexes", "triggers"):
            yield from _compared(getattr(one, part, {}), getattr(other, part, {}))
    for kind in before.things:
        if before.things[kind] is not after.things[kind]:
            yield from _compared(before.things[kind], after.things[kind])


def _head(relation: Relation) -> tuple[object, ...]:
    return (relation.schema, relation.name, relation.kind, relation.persistence, relation.parent, relation.method,
            relation.tablespace, relation.comment, relation.access)  # fmt: skip


def _compared(old: Any, new: Any) -> Iterator[Change]:
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield Change(old.get(key), new.get(key))
