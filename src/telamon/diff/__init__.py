"""The difference of two catalogs: facts added, removed and altered. Knows no kind by name."""

from __future__ import annotations

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
    added, altered = [], []
    known = old.facts.get
    for id, fact in new.facts.items():
        was = known(id)
        if was is None:
            added.append(id)
        elif was.spec != fact.spec or was.parent != fact.parent:
            altered.append(id)
    gone = len(old.facts) - (len(new.facts) - len(added))
    removed = (id for id in old.facts if id not in new.facts) if gone else ()
    return Changes(tuple(added), tuple(removed), tuple(altered))
