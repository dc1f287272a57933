"""The difference of two catalogs: facts added, removed and altered. Knows no kind by name."""

from __future__ import annotations

from dataclasses import dataclass

from telamon.catalog.facts import Catalog, Id


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


def diff(old: Catalog, new: Catalog) -> Changes:
    """What has to change for `old` to become `new`."""
    return Changes(
        tuple(id for id in new.facts if id not in old.facts),
        tuple(id for id in old.facts if id not in new.facts),
        tuple(
            id
            for id, fact in new.facts.items()
            if (was := old.facts.get(id)) and (was.spec != fact.spec or was.parent != fact.parent)
        ),
    )
