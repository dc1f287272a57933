"""Catalogs as they are saved: what a key (a history, a source) was found to mean, packed whole by whole."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from telamon.catalog.facts import Catalog, Fact, Id, Links, Needs
from telamon.catalog.store import load_value, save_value
from telamon.collector import paused

Row = tuple[Id, Any, Id | None, int, frozenset[Id] | None, frozenset[Id] | None]
"""(id, spec, parent, order, needs, auto) of a fact; the last two are None where it needs its parent alone."""


class Piece(NamedTuple):
    """The facts of one whole, and the wholes to which belongs what they need elsewhere."""

    rows: list[Row]
    elsewhere: dict[Id, Id]


@dataclass(frozen=True, slots=True)
class Kept:
    """A catalog as it is saved: each whole is pickled with its parts, so that few of many can be taken out.

    Args:
        pieces: each whole, packed.
        users: each whole, and those others of which a part needs it or a part of it.
    """

    version_num: int
    unmanaged: tuple[str, ...]
    user: str
    pieces: Mapping[Id, bytes]
    users: Mapping[Id, tuple[Id, ...]]

    def piece(self, whole: Id) -> Piece:
        """The facts of a whole, unpacked."""
        return Piece(*pickle.loads(self.pieces[whole]))


def wholes(catalog: Catalog) -> dict[Id, Id]:
    """Each fact, and the whole that it is a part of; a whole is its own."""
    found: dict[Id, Id] = {}
    facts = catalog.facts
    for id, fact in facts.items():
        way = []
        while id not in found and (parent := fact.parent) is not None:
            way.append(id)
            id, fact = parent, facts[parent]
        whole = found.setdefault(id, id)
        for passed in way:
            found[passed] = whole
    return found


def keep(catalog: Catalog) -> Kept:
    """A catalog in the form in which it is saved."""
    whole_of = wholes(catalog)
    needs: Needs = {}
    auto: Needs = {}
    known: Links | None = None
    rows: dict[Id, list[Any]] = {}
    elsewhere: dict[Id, dict[Id, Id]] = {}
    users: dict[Id, dict[Id, None]] = {}
    for id, spec, parent, order, links in catalog:
        if links is not known:  # declared rows have their own
            (needs, auto), known = links.found, links
        whole, wanted = whole_of[id], needs.get(id)
        rows.setdefault(whole, []).append((id, spec, parent, order, wanted, auto.get(id)))
        for need in wanted or ():
            if (other := whole_of[need]) != whole:
                elsewhere.setdefault(whole, {})[need] = other
                users.setdefault(other, {})[whole] = None
    with paused():
        packed = ((whole, (found, elsewhere.get(whole, {}))) for whole, found in rows.items())
        pieces = {whole: pickle.dumps(value, pickle.HIGHEST_PROTOCOL) for whole, value in packed}
    return Kept(
        catalog.version_num, catalog.unmanaged, catalog.user, pieces, {whole: tuple(of) for whole, of in users.items()}
    )


def load_kept(key: str) -> Kept | None:
    """The catalog saved under `key`, its facts still packed; None if there is none or it cannot be read."""
    found = load_value(key, "catalog")
    return None if found is None else Kept(*found)


def save_kept(key: str, kept: Kept) -> None:
    """Saves a packed catalog; a cache that cannot be written is only slower."""
    value = (kept.version_num, kept.unmanaged, kept.user, dict(kept.pieces), dict(kept.users))
    save_value(key, value, "catalog")


def load_catalog(key: str) -> Catalog | None:
    """The catalog saved under `key`, None if there is none or it cannot be read."""
    kept = load_kept(key)
    if kept is None:
        return None
    needs: Needs = {}
    auto: Needs = {}
    links = Links(lambda: (needs, auto))
    facts: dict[Id, Fact] = {}
    with paused():
        for whole in kept.pieces:
            for id, spec, parent, order, wanted, taken in kept.piece(whole).rows:
                facts[id] = tuple.__new__(Fact, (id, spec, parent, order, links))
                if wanted is not None and taken is not None:
                    needs[id], auto[id] = wanted, taken
    return Catalog(facts, kept.version_num, kept.unmanaged, kept.user)


def save_catalog(key: str, catalog: Catalog) -> None:
    """Saves a catalog; a cache that cannot be written is only slower."""
    save_kept(key, keep(catalog))
