"""Which part of a database is managed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from telamon.catalog.facts import Catalog, Fact, Id, among, title

if TYPE_CHECKING:
    from telamon.sources.types import TableRows


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Args:
        schemas: only these; all when empty. Part of the catalog queries.
        exclude: patterns `[kind:]glob` over names with dots, as `table:public.tmp_*`, `audit.*` or `grant:*`. What
            matches is left alone, with all its parts.
        unqualified: leave the name of the one schema out of all SQL.
        rows: the tables whose rows are managed, too.
        roles: patterns of the roles that are managed, too; none when empty.
        database: whether the settings, the comment and the grants of the database itself are managed, too.
    """

    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unqualified: bool = False
    rows: tuple[TableRows, ...] = ()
    roles: tuple[str, ...] = ()
    database: bool = False

    @property
    def hidden_schema(self) -> str:
        """The schema whose name is left out, or ""."""
        return self.schemas[0] if self.unqualified and len(self.schemas) == 1 else ""

    @property
    def limited(self) -> bool:
        """Whether something is left out."""
        return bool(self.schemas or self.exclude)

    def key(self) -> str:
        """For cache keys."""
        return repr((self.schemas, self.exclude, self.unqualified, self.rows, self.roles, self.database))

    def towards(self, source: object) -> Scope:
        """The scope of a plan that leads to a source: where that is SQL, it says itself which rows are managed."""
        from telamon.sources.types import SqlSource

        return replace(self, rows=source.rows) if isinstance(source, SqlSource) else self


def without(catalog: Catalog, exclude: tuple[str, ...]) -> Catalog:
    """The catalog without the facts that match a pattern, and without their parts."""
    if not exclude:
        return catalog
    named = {fact.id for fact in catalog if any(matches(fact.id, pattern) for pattern in exclude)}
    return without_facts(catalog, named)


def without_facts(catalog: Catalog, named: set[Id], note: str = "") -> Catalog:
    """The catalog without these facts and their parts.

    Args:
        note: what to say of each among what is not managed; nothing if empty.
    """
    if not named:
        return catalog
    hidden: dict[Id, bool] = {}

    def is_hidden(fact: Fact) -> bool:
        if fact.id not in hidden:
            parent = catalog.get(fact.parent) if fact.parent else None
            hidden[fact.id] = fact.id in named or (parent is not None and is_hidden(parent))
        return hidden[fact.id]

    kept = {fact.id: fact for fact in catalog if not is_hidden(fact)}
    told = tuple(f"{title(id)} ({note})" for id in sorted(named)) if note else ()
    return Catalog(among(kept), catalog.version_num, (*catalog.unmanaged, *told), catalog.user)


def matches(id: Id, pattern: str) -> bool:
    """Whether a pattern names this fact."""
    kind, separator, glob = pattern.partition(":")
    if not separator:
        kind, glob = "*", pattern
    return fnmatchcase(id[0], kind) and fnmatchcase(".".join(id[1:]), glob)
