"""A catalog as JSON: the same database gives the same text."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from msgspec import Struct

from telamon.catalog.facts import Catalog
from telamon.kinds.base import Aside

VERSION = 1
"""Of the format; it counts up when a field changes its meaning or goes."""


def facts_as_json(catalog: Catalog) -> str:
    """`{"version", "server", "facts": [{"id", "kind", "spec", "parent", "needs"}], "unmanaged"}`, sorted by identity.

    Identities are name paths that begin with the kind; `server` is the version number, as 180006.
    """
    facts = [
        {
            "id": list(fact.id),
            "kind": fact.kind,
            "spec": plain(fact.spec),
            "parent": list(fact.parent) if fact.parent else None,
            "needs": [list(need) for need in sorted(fact.needs)],
        }
        for fact in sorted(catalog, key=lambda fact: fact.id)
    ]
    value = {
        "version": VERSION,
        "server": catalog.version_num,
        "facts": facts,
        "unmanaged": sorted(catalog.unmanaged),
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A spec as dictionaries, lists and scalars; sets in one order."""
    if isinstance(value, Aside):
        return plain(value.value)
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=repr)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in sorted(value.items(), key=lambda item: str(item[0]))}
    return value


def counts(catalog: Catalog) -> dict[str, int]:
    """How many facts of each kind there are, by the kind's name."""
    return dict(sorted(Counter(fact.kind for fact in catalog).items()))
