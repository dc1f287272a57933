"""The difference of two catalogs: facts added, removed and altered. Knows no kind by name."""

from __future__ import annotations

from builtins import id as builtin_id
from dataclasses import dataclass
from functools import lru_cache

from telamon.catalog.facts import Catalog, Id
from telamon.collector import paused


@dataclass(frozen=True, slots=True)
class Changes:
    """Identities, in the order of the catalogs.

    Args:
        added: only in the desired catalog.
        removed: only in the current one.
        altered: in both, with different specs, or parts of something else now.
    """

    added: tuple[Id, ...]
    removed: tuple[Id, ...]
    altered: tuple[Id, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


@lru_cache(maxsize=2)
@paused()
def diff(old: Catalog, new: Catalog) -> Changes:
    """What has to change for `old` to become `new`."""
    alike: set[tuple[int, int]] = set()  # specs, by address: many facts of a catalog share one
    altered = []
    for id, fact in new.facts.items():
        was = old.facts.get(id)
        if was is None:
            continue
        pair = (builtin_id(was.spec), builtin_id(fact.spec))
        if pair not in alike:
            if was.spec != fact.spec:
                altered.append(id)
                continue
            alike.add(pair)
        if was.parent != fact.parent:
            altered.append(id)
    return Changes(
        tuple(id for id in new.facts if id not in old.facts),
        tuple(id for id in old.facts if id not in new.facts),
        tuple(altered),
    )
