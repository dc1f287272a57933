"""What an object kind is to the rest of Telamon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.errors import TelamonError

Row = tuple[Any, ...]


T = TypeVar("T")


class Aside(Struct, Generic[T], frozen=True, eq=False):
    """A part of a spec that follows from the rest, or means nothing by itself: no difference between two specs."""

    value: T

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "..."


@dataclass(frozen=True, slots=True)
class Server:
    """What the server that is read or planned for can do, and which part of it is looked at.

    Args:
        version_num: as `180006`.
        schemas: the schemas in scope; empty means all that are not PostgreSQL's own.
        unqualified: the one schema whose name is left out of all SQL, or "".
        superuser: whether it is read as a superuser; others may not see how subscriptions connect.
        roles: patterns of the roles that are managed; none are read when empty.
        database: whether the settings, the comment and the grants of the database itself are managed.
        concurrently: what of `create` and `drop` is done to indexes of existing tables without blocking writes.
        absent: those of `Kind.present` that found nothing.
    """

    version_num: int
    schemas: tuple[str, ...] = ()
    unqualified: str = ""
    superuser: bool = True
    roles: tuple[str, ...] = ()
    database: bool = False
    concurrently: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @property
    def major(self) -> int:
        return self.version_num // 10000

    @property
    def namespaces(self) -> str:
        """A subquery of the OIDs of the schemas in scope."""
        from telamon.quote import literal

        scope = ""
        if self.schemas:
            scope = f" AND nspname IN ({', '.join(literal(name) for name in self.schemas)})"
        return (
            "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
            f"{scope})"
        )

    def lacks(self, catalog: str) -> bool:
        """Whether it is known that nobody made anything in a system catalog."""
        return made(catalog) in self.absent

    def of_relations(self, oid: str) -> str:
        """A condition: the relation with this OID is in scope.

        Where all schemas are, that costs nothing: what no kind reads (temporary tables) is nobody's target later on.
        (As int8, so that catalogs are read through and not by their indexes, of which a fresh database has no
        statistics.)
        """
        if not self.schemas:
            return f"{oid}::int8 >= 16384"
        return f"{oid} IN (SELECT oid FROM pg_catalog.pg_class WHERE relnamespace IN {self.namespaces})"

    def since(self, major: int, expression: str, otherwise: str) -> str:
        """`expression` on servers of `major` and later, else `otherwise`."""
        return expression if self.major >= major else otherwise


@dataclass(frozen=True, slots=True)
class Step:
    """One SQL statement of a plan.

    Args:
        sql: without final semicolon.
        comment: one line for the reader.
        table: `ALTER TABLE x` where the statement is that and one clause, so that neighbours can be joined; or
            `INSERT INTO x (...) VALUES`.
        clause: that clause, or that row.
        several: the comment of rows that are joined.
        held: what to do where the server refuses because of something beyond the schema: what depends on what this
            drops, or a part of the server that is not there.
        loss: what data is lost, in words; "" when none.
        rewrite: whether a table is rewritten.
        transactional: whether it can run inside a transaction block.
        bodies: whether it needs `check_function_bodies` off.
    """

    sql: str
    comment: str
    table: str = ""
    clause: str = ""
    loss: str = ""
    rewrite: bool = False
    transactional: bool = True
    bodies: bool = False
    several: str = ""
    held: str = ""


class Refusal(TelamonError):
    """A change that cannot be planned without being told more."""


@dataclass(frozen=True)
class Context:
    """What a kind may look at while it writes SQL.

    Args:
        old: the current catalog.
        new: the desired catalog.
        server: the server's abilities.
        folded: what is created within a fact's own statement, by that fact's id.
        using: conversion expressions given by the user, by column id.
        swapped: replaced types that are moved away under another name until nothing uses them.
        created: everything that this plan creates, replaced facts included.
        stubbed: what a stub stands for when its own creation comes, because it is in a ring with others.
    """

    old: Catalog
    new: Catalog
    server: Server
    folded: Mapping[Id, Sequence[Fact]] = field(default_factory=dict)
    using: Mapping[Id, str] = field(default_factory=dict)
    swapped: frozenset[Id] = frozenset()
    created: frozenset[Id] = frozenset()
    stubbed: frozenset[Id] = frozenset()

    def name(self, schema: str, *names: str) -> str:
        """A quoted name, its schema left out where the plan is unqualified."""
        from telamon.quote import ident

        return ident("" if schema == self.server.unqualified else schema, *names)


class TypeName(NamedTuple):
    """A type as columns speak of it.

    Args:
        name: without modifier, as `format_type` writes it.
        collation: the OID of its own, 0 if it has none.
        storage: the letter of its own.
        array: the OID of the type of arrays of it.
    """

    name: str
    collation: int
    storage: str
    array: int


Named = tuple[str, int, int]
"""An attribute of a relation as indexes speak of it: its name, in quotes where it needs them; the OID of its collation,
0 for none; the OID of its type."""

Found = tuple[Id, Any, Any, Id | None, int, Collection[Id | None]]
"""A fact as `Reader.add` takes it: identity, spec, address, parent, order, needs."""


class Reader(Protocol):
    """Takes in what kinds find in the system catalogs."""

    server: Server
    columns: dict[tuple[int, int], Id]
    """The facts so far for parts of relations, by (OID, number)."""
    attributes: dict[tuple[int, int], Named]
    """The columns of tables and materialized views, by (OID, number)."""

    def add(
        self,
        id: Id,
        spec: Any,
        address: tuple[str, int] | tuple[str, int, int] | None = None,
        *,
        parent: Id | None = None,
        needs: Collection[Id | None] = (),
        order: int = 0,
    ) -> None:
        """Records a fact; `address` is (catalog, oid[, subid]) as in `pg_depend`."""

    def add_all(self, by_address: dict[Any, Id], found: Iterable[Found]) -> None:
        """Records many facts, each under its address in `by_address` unless that is None: `columns` or one of
        `all_of`."""

    def alias(self, catalog: str, oid: int, id: Id, sub: int = 0, path: Id | None = None) -> None:
        """Makes dependencies on that address dependencies on `id`; `path` names it where it can have satellites."""

    def redirect(self, catalog: str, oid: int, target: Id, instead: Id) -> None:
        """Makes what the object at an address needs of `target` a need of `instead`, whose drop takes it along."""

    def find(self, catalog: str, oid: int, sub: int = 0) -> Id | None:
        """The fact at an address, if there is one."""

    def all_of(self, catalog: str) -> dict[int, Id]:
        """The facts of all whole objects of a catalog so far, by OID."""

    def type_of(self, oid: int) -> TypeName:
        """A type, of PostgreSQL's own too."""

    def described(self, catalog: str, oid: int, sub: int) -> tuple[Id, Id] | None:
        """(path, fact) of an object that can have satellites: how it is named, and what it is a part of."""

    def require_parts(self, id: Id, of: Id, kinds: Collection[str]) -> None:
        """Makes a fact that has needs need the parts of those kinds, too, that `of` has in the end."""

    def parent(self, id: Id) -> Id | None:
        """The parent of a fact so far."""

    def leave(self, what: str) -> None:
        """Names what is there and is not managed."""

    def operator_class(self, oid: int, type_oid: int, *, always: bool = False) -> tuple[str, str] | None:
        """(schema, name) of an operator class; unless `always`, None where it is the default for the type."""

    def is_member(self, catalog: str, oid: int) -> bool:
        """Whether the object belongs to an extension."""

    def name_of(self, catalog: str, oid: int) -> tuple[str, str]:
        """(schema, name) of a collation, or ("", name) of an access method, by OID."""


def made(catalog: str) -> str:
    """A query for what people, or extensions, made in a system catalog; for `Kind.present`."""
    return f"SELECT FROM pg_catalog.{catalog} WHERE oid >= 16384"


class Kind:
    """One kind of object: how it is found in the catalogs and how it is created, dropped and altered."""

    name: ClassVar[str]
    rank: ClassVar[int] = 50
    """Place among the kinds when nothing else decides the order of creation."""
    present: ClassVar[str] = ""
    """A cheap query that finds something if there can be a fact of this kind at all; "" where that is as good as
    certain."""
    apart: ClassVar[bool] = False
    """Whether its query is one of those that take long on a large database, and a second connection may take it."""
    folds: ClassVar[bool] = False
    """Whether it can be created within its parent's statement."""
    survives: ClassVar[frozenset[str]] = frozenset()
    """Which disturbances ("typmod", "type") of what it depends on PostgreSQL carries it through by itself."""
    follows: ClassVar[bool] = False
    """Whether it can be moved, in place, from a swapped type to the new one."""
    swaps: ClassVar[bool] = False
    """Whether a replaced fact is renamed out of the way, and dropped when nothing uses it any more."""

    fills: ClassVar[bool] = False
    """Whether a swapped fact holds rows, which go from the old to the new one before the old is dropped."""
    goes_along: ClassVar[bool] = False
    """Whether it is a part that stays with a whole that is moved away, though it occupies a name."""
    before_rows: ClassVar[bool] = False
    """Whether it must be there before rows can go in."""
    links: ClassVar[bool] = False
    """Whether it joins two wholes, whose parts then change as one: it is cut before they do, and made when all that
    goes from them is gone."""
    after_rows: ClassVar[bool] = False
    """Whether it acts on rows that go in, or looks at them when it is made."""
    leaf: ClassVar[bool] = False
    """Whether nothing but what is said of it can need it, so that a sketch of its whole may do without."""

    def query(self, server: Server) -> str:
        """The one query that finds all facts of this kind; "" when another kind's query does."""
        raise NotImplementedError

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        """Turns the rows of the query into facts. They can be gone through once, while the server still sends them."""
        raise NotImplementedError

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        """The fact within whose own statement this one can be created; its parent, for kinds that fold."""
        return fact.parent if self.foldable(fact) else None

    def after(self, fact: Fact, ctx: Context) -> list[Step]:
        """What has to be said after the parent's statement that this fact is folded into."""
        return []

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        """The statements that make the fact."""
        raise NotImplementedError

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        """The statements that take it away."""
        raise NotImplementedError

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        """The statements that lead from one to the other in place; None when it must be replaced."""
        return None

    def inline(self, fact: Fact, ctx: Context) -> str:
        """The clause with which the parent's statement makes the fact."""
        raise NotImplementedError

    def foldable(self, fact: Fact) -> bool:
        """Whether this very fact can be created within its parent's statement."""
        return self.folds

    def movable(self, fact: Fact) -> bool:
        """Whether this very fact can be moved from a swapped type to the new one."""
        return self.follows

    def disturbance(self, old: Fact, new: Fact) -> str:
        """How altering `old` into `new` affects dependents: "", "typmod" or "type"."""
        return ""

    def takes_whole(self, old: Fact, new: Fact, disturbance: str, ctx: Context) -> bool:
        """Whether its whole must be replaced, since this cannot be altered in it.

        Args:
            disturbance: its own, or "type" where it follows a type that is replaced.
        """
        return False

    def needs_parts(self, fact: Fact) -> bool:
        """Whether what it needs must be there with all parts that it will have, and without those that go."""
        return False

    def awaits(self, fact: Fact, ctx: Context) -> Iterable[Id]:
        """Facts that it does not need, whose alteration brings about its own."""
        return ()

    def upsets(self, fact: Fact, ctx: Context) -> Iterable[Id]:
        """Facts that the server does not suffer while this one is altered or replaced, though they do not need it."""
        return ()

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        """What of a plan comes before an operation on the fact, and what after it, beyond what needs say."""
        return [], []

    def within(self, fact: Fact, server: Server) -> Fact | None:
        """The fact as an older server can have it; None where that has no such thing, and can do without."""
        return fact

    beside: ClassVar[bool] = False
    """Whether it belongs to the server, or to the database as a whole, and stays when that is emptied."""

    def roles(self, fact: Fact) -> Iterable[str]:
        """The roles that it names."""
        return ()

    leads: ClassVar[bool] = False
    """Whether it is made before what it is a part of is altered, not after."""

    def precedes(self, fact: Fact, ctx: Context) -> bool:
        """Whether this very fact is made before what it is a part of is altered."""
        return self.leads

    def lasts(self, fact: Fact) -> bool:
        """Whether it is dropped after what it is a part of is altered, not before."""
        return False

    FIRST: ClassVar[int] = -1
    LAST: ClassVar[int] = 2

    def phase(self, operation: str) -> int:
        """When it is due, dependencies apart: FIRST, 0 (creation and alteration), 1 (drops) or LAST.

        For what acts on the plan's own statements: event triggers and default privileges.
        """
        return 1 if operation == "drop" else 0

    def missing(self, ctx: Context) -> list[Fact]:
        """What must be undone because creating `ctx.created` brings it about by itself: facts with the state wanted."""
        return []

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        """Names that only one thing can have at a time, across kinds."""
        return ()

    def names(self, fact: Fact) -> tuple[str, ...]:
        """Its names, given or made up, that the server keeps apart from others in the same schema."""
        return tuple(name[-1] for name in self.occupies(fact))

    def rivals(self, fact: Fact) -> Id | None:
        """What it has in common with facts that the server might lean on in its stead; None when there are none."""
        return None

    def grip(self, fact: Fact, taker: Id, ctx: Context) -> str:
        """How the drop of something that it needs (`auto`) takes it along.

        Returns:
            "loose" where it may be dropped before, "firm" where it cannot be, "" where the plan parts them first.
        """
        return "loose"

    def turn(self, fact: Fact, ctx: Context) -> Id | None:
        """What it has in common with facts that exclude each other, so that drops come first; None where nothing."""
        return None

    def misplaced(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        """Whether its parts would stand in another order than wanted after all that can be done in place."""
        return False

    def outside(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        """Whether a fact that only a live database has belongs to what is commonly made beside the model."""
        return False

    reaches: ClassVar[bool] = False
    """Whether altering it changes how the server writes others, so that it comes before all else is compared."""
    renames_freely: ClassVar[bool] = False
    """Whether equal content under another name is a rename without being told: it holds no data of its own."""
    remade: ClassVar[bool] = False
    """Whether it may be dropped and made again, rather than altered, where only that opens a ring: nothing is lost."""
    asks: ClassVar[bool] = False
    """Whether a rename keeps data that a drop would lose, so that a person is asked."""

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        """The statement that gives the fact another name; None when the kind has none."""
        from telamon.kinds.naming import RENAMED, described

        if fact.id[0] not in RENAMED:
            return None
        from telamon.catalog.facts import title
        from telamon.quote import ident

        return Step(f"ALTER {described(fact.id, ctx)} RENAME TO {ident(name)}", f"rename {title(fact.id)} to {name}")

    def renamed_with(self, fact: Fact, ctx: Context) -> Iterable[Id]:
        """Facts of its kind that get the same new name by the same statement."""
        return ()

    def relocate(self, fact: Fact, schema: str, ctx: Context) -> Step | None:
        """The statement that moves the fact to another schema, under its name; None when it belongs to none."""
        if fact.parent is not None or len(fact.id) < 3:
            return None
        from telamon.catalog.facts import title
        from telamon.kinds.naming import described
        from telamon.quote import ident

        sql = f"ALTER {described(fact.id, ctx)} SET SCHEMA {ident(schema)}"
        return Step(sql, f"move {title(fact.id)} to schema {schema}")

    def stub(self, fact: Fact, ctx: Context) -> list[Step]:
        """How to put something of its shape in its place, that needs nothing; [] where nothing can be."""
        return []

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        """For kinds that swap: how to move it away, and how to drop it later."""
        raise NotImplementedError

    def fill(self, old: Fact, new: Fact, ctx: Context) -> list[Step]:
        """For kinds that swap and hold rows: how the rows go over."""
        raise NotImplementedError
