"""Facts: what one database holds, as immutable values with names for identities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Id = tuple[str, ...]
"""A name path that begins with the kind: `("column", "public", "users", "email")`. A satellite's path
holds its target's: `("comment", "column", "public", "users", "email")`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that exists.

    Args:
        id: its identity.
        spec: the kind's frozen dataclass; two facts are the same thing in the same state when id and spec are equal.
        parent: what it is a part of; it comes and goes with its parent.
        needs: what must exist before it (`pg_depend`), its parent included.
        auto: the part of `needs` whose drop takes this fact along (`pg_depend.deptype` a and i).
        order: its place among its siblings; for readable output, not compared.
    """

    id: Id
    spec: Any
    parent: Id | None = None
    needs: frozenset[Id] = frozenset()
    auto: frozenset[Id] = frozenset()
    order: int = 0

    @property
    def kind(self) -> str:
        return self.id[0]


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
    if id[0] in ("comment", "owner", "grant", "label", "extension_dependency"):
        return f"{id[0].replace('_', ' ')} of {title(id[1:])}"
    if id[0] in SIGNED:
        return f"{id[0]} {id[1]}.{id[2]}({', '.join(id[3:])})"
    return f"{id[0].replace('_', ' ')} {'.'.join(id[1:])}"


SIGNED = ("function", "aggregate")
"""Kinds whose last part is a list of argument types."""
