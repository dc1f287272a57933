"""Facts: what one database holds, as immutable values with names for identities."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from telamon.collector import paused

Id = tuple[str, ...]
"""A name path that begins with the kind: `("column", "public", "users", "email")`. A satellite's path
holds its target's: `("comment", "column", "public", "users", "email")`."""


NOTHING: frozenset[Id] = frozenset()
Needs = dict[Id, frozenset[Id]]


class Links:
    """What the facts of one catalog need of each other, worked out when somebody first asks: a comparison never does.

    Args:
        work_out: gives (needs, auto) of the facts that need more than their parent.
    """

    __slots__ = ("_found", "_work_out")

    def __init__(self, work_out: Callable[[], tuple[Needs, Needs]]) -> None:
        self._work_out: Callable[[], tuple[Needs, Needs]] | None = work_out
        self._found: tuple[Needs, Needs] = ({}, {})

    @property
    def found(self) -> tuple[Needs, Needs]:
        """(needs, auto) by identity; what is not in it needs its parent and nothing else."""
        if (work_out := self._work_out) is not None:
            with paused():
                self._found = work_out()
            self._work_out = None  # with all that it was worked out from, as large as the catalog
        return self._found


NO_LINKS = Links(lambda: ({}, {}))


class Fact(NamedTuple):
    """One thing that exists.

    Args:
        id: its identity.
        spec: the kind's frozen Struct; two facts are the same thing in the same state when id and spec are equal.
        parent: what it is a part of; it comes and goes with its parent.
        order: its place among its siblings; for readable output, not compared.
        links: what the facts of its catalog need.
    """

    id: Id
    spec: Any
    parent: Id | None = None
    order: int = 0
    links: Links = NO_LINKS

    @property
    def kind(self) -> str:
        return self.id[0]

    @property
    def needs(self) -> frozenset[Id]:
        """What must exist before it (`pg_depend`), its parent included."""
        return self._linked(0)

    @property
    def auto(self) -> frozenset[Id]:
        """The part of `needs` whose drop takes this fact along (`pg_depend.deptype` a and i)."""
        return self._linked(1)

    def _linked(self, which: int) -> frozenset[Id]:
        found = self.links.found[which].get(self.id)
        if found is None:
            return NOTHING if self.parent is None else frozenset((self.parent,))
        return found


def among(facts: Mapping[Id, Fact]) -> dict[Id, Fact]:
    """The facts, needing only each other. Where a fact is there, so is its parent."""

    def work_out() -> tuple[Needs, Needs]:
        needs, auto = {}, {}
        for id, fact in facts.items():
            if id in fact.links.found[0]:
                needs[id] = frozenset(need for need in fact.needs if need in facts)
                auto[id] = frozenset(need for need in fact.auto if need in facts)
        return needs, auto

    links = Links(work_out)
    return {id: Fact(id, fact.spec, fact.parent, fact.order, links) for id, fact in facts.items()}


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything that was read from one database.

    Args:
        facts: by identity.
        version_num: the server's version, as `180006`.
        unmanaged: descriptions of what is there and no kind manages.
        user: the role that read it; objects of this role have no owner fact.
    """

    facts: Mapping[Id, Fact]
    version_num: int
    unmanaged: tuple[str, ...] = ()
    user: str = ""
    _children: dict[Id, list[Fact]] = field(default_factory=dict, repr=False, compare=False)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def get(self, id: Id) -> Fact | None:
        return self.facts.get(id)

    def children(self, id: Id) -> list[Fact]:
        """The facts whose parent is `id`, in their order."""
        if not self._children and self.facts:
            for fact in self.facts.values():
                if fact.parent is not None:
                    self._children.setdefault(fact.parent, []).append(fact)
            for siblings in self._children.values():
                siblings.sort(key=lambda fact: (fact.order, fact.id))
        return self._children.get(id, [])

    def digest(self) -> str:
        """A hash of all facts, equal for equal schemas: hexadecimal SHA-256."""
        return digest(self.facts.values())


def digest(facts: Iterable[Fact]) -> str:
    """The hash over facts in the order of their identities. Needs follow from specs and are left out."""
    state = hashlib.sha256()
    for fact in sorted(facts, key=lambda fact: fact.id):
        state.update(repr((fact.id, fact.spec)).encode())
    return state.hexdigest()


def title(id: Id) -> str:
    """An identity for people: `column public.users.email`."""
    if id[0] in GRANTS:
        tail = -2 if id[-1].startswith("by ") else -1
        whose = " ".join("to PUBLIC" if part == "to " else part for part in id[tail:])
        return f"{id[0].replace('_', ' ')} on {title(id[1:tail])} {whose}"
    if id[0] in SATELLITES:
        return f"{id[0].replace('_', ' ')} of {title(id[1:])}"
    if id[0] in IDENTIFIED:
        return f"{id[1]} {'.'.join(id[2:])}"
    if id[:2] == THE_DATABASE:
        return " ".join(("the database", *id[2:]))
    return f"{id[0].replace('_', ' ')} {path_of(id)}"


def path_of(id: Id) -> str:
    """An identity without its kind, as people write it: `public.users.email`, `public.total(integer)`."""
    return f"{id[1]}.{id[2]}({', '.join(id[3:])})" if id[0] in SIGNED else ".".join(id[1:])


THE_DATABASE: Id = ("database", "current")
"""The database itself, whatever it is called."""

SATELLITES = ("comment", "owner", "grant", "system_grant", "label", "extension_dependency")
"""Kinds whose paths hold their target's."""

GRANTS = ("grant", "system_grant")
"""Those whose paths end with the grantee, and the grantor where that is another than the owner."""

IDENTIFIED = ("member", "system")
"""Begin the paths of what is no fact of its own, a member of an extension or an object of PostgreSQL's: its type and
its name in quotes follow, as `pg_identify_object` gives them."""

SIGNED = ("function", "aggregate")
"""Kinds whose last part is a list of argument types."""

OF_METHODS = ("operator_class", "operator_family")
"""Kinds whose last part is an access method."""


def name_place(id: Id) -> int:
    """Where in an identity the name stands that a rename changes."""
    return 2 if id[0] in (*SIGNED, *OF_METHODS) else len(id) - 1


def with_name(id: Id, name: str) -> Id:
    """The identity under another name."""
    place = name_place(id)
    return (*id[:place], name, *id[place + 1 :])
