"""Check constraints of tables."""

from __future__ import annotations

from telamon.catalog.facts import Fact, Id
from telamon.kinds.constraint import TableConstraint


class Check(TableConstraint):
    name = "check"
    rank = 38
    types = "c"
    survives = frozenset({"typmod", "type", "expression"})

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("constraint name", *fact.id[1:]),)
