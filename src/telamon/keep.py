"""Changes that the configuration leaves out: the desired schema is brought to where the current one stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.scope import without_facts

_KINDS = {
    "schema": ("schema",),
    "table": ("table", "foreign_table"),
    "column": ("column",),
    "index": ("index",),
    "foreign_key": ("foreign_key",),
    "view": ("view", "materialized_view"),
    "func": ("function", "aggregate"),
    "proc": ("function",),
    "trigger": ("trigger",),
}


def keeping(old: Catalog, new: Catalog, skip: Sequence[str]) -> Catalog:
    """The desired catalog without the changes that are left out.

    Args:
        skip: `drop_table`, `add_index` and so on.
    """
    for each in skip:
        verb, _, word = each.partition("_")
        kinds = _KINDS[word]
        if verb == "add":
            added = {fact.id for fact in new if fact.kind in kinds and fact.id not in old.facts}
            new = without_facts(new, {id for id in added if new.facts[id].parent not in added})
        else:
            new = _with(old, new, {fact.id for fact in old if fact.kind in kinds and fact.id not in new.facts})
    return new


def _with(old: Catalog, new: Catalog, dropped: set[Id]) -> Catalog:
    """The desired catalog with what would be dropped, its parts, and what it needs."""
    kept: dict[Id, Fact] = {}

    def is_part(fact: Fact) -> bool:
        above = old.get(fact.parent) if fact.parent else None
        return fact.id in dropped or (above is not None and is_part(above))

    pending = [fact for fact in old if is_part(fact)]
    while pending:
        fact = pending.pop()
        if fact.id in kept or fact.id in new.facts:
            continue
        kept[fact.id] = fact
        pending += [
            old.facts[need] for need in (*fact.needs, *([fact.parent] if fact.parent else [])) if need in old.facts
        ]
    return replace(new, facts={**new.facts, **kept}, _children={}) if kept else new
