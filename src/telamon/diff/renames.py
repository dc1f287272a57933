"""Renames: facts that went and facts that came, with the same content under another name. Knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id, Links, Needs, name_place, path_of, title, with_name
from telamon.diff import diff
from telamon.errors import UsageError

ALIKE = 0.5
"""How much of two wholes' parts must be the same for one to be a candidate for the other's new name."""


@dataclass(frozen=True, slots=True)
class Rename:
    """One fact under two names, or in two schemas: `table:public.a=b`, `table:public.t=other.t`."""

    old: Id
    new: Id

    @property
    def name(self) -> str:
        """The new name; with its schema where that is another one."""
        name = self.new[name_place(self.new)]
        return name if self.new == with_name(self.old, name) else path_of(self.new)

    @property
    def flag(self) -> str:
        """As `--rename` takes it."""
        return f"{self.old[0]}:{path_of(self.old)}={self.name}"

    def __str__(self) -> str:
        return f"{title(self.old)} -> {self.name}"


def candidates(old: Catalog, new: Catalog, asks: Callable[[Id], bool]) -> list[Rename]:
    """What may have been renamed: gone and come, of one kind and one whole, with the same content.

    Args:
        asks: whether facts of this identity are asked about.
    """
    changes = diff(old, new)
    removed, added = set(changes.removed), set(changes.added)
    found, taken = [], set[Id]()
    for id in changes.removed:
        fact = old.facts[id]
        if not asks(id) or fact.parent in removed:
            continue
        scored = []
        for other in changes.added:
            renamed_or_moved = other[:-1] == id[:-1] or (fact.parent is None and other[-1] == id[-1])
            if other[0] != id[0] or not renamed_or_moved or other in taken:
                continue
            if new.facts[other].parent in added:
                continue
            if (score := likeness(fact, new.facts[other], old, new)) >= ALIKE:
                scored.append((score, other))
        if scored:
            best = max(scored, key=lambda item: (item[0], [-ord(c) for c in item[1][-1]]))[1]
            taken.add(best)
            found.append(Rename(id, best))
    return found


def likeness(old: Fact, new: Fact, before: Catalog, after: Catalog) -> float:
    """0 to 1: the share of parts that are the same; for what has no parts, whether the content is."""
    mine, theirs = parts(old, before), parts(new, after)
    if not mine or not theirs:
        return 1.0 if old.spec == new.spec else 0.0
    return len(mine & theirs) / len(mine | theirs)


def parts(fact: Fact, catalog: Catalog) -> set[Any]:
    """The content of a whole: the named parts that hold its data."""
    return {
        (child.kind, child.id[-1], repr(child.spec))
        for child in catalog.children(fact.id)
        if child.order and child.kind == first_kind(fact, catalog)
    }


def first_kind(fact: Fact, catalog: Catalog) -> str:
    """The kind of the parts that come first: of a table, its columns."""
    children = [child for child in catalog.children(fact.id) if child.order]
    return min(children, key=lambda child: child.order).kind if children else ""


def accepted(flags: Iterable[str], old: Catalog, new: Catalog) -> list[Rename]:
    """The renames that flags name, in an order in which no name is taken. A name may leave out the schema `public`.

    Raises:
        UsageError: a flag is malformed, or names what is not there.
    """
    found: list[Rename] = []
    later: list[tuple[Id, Id]] = []
    current = old
    for flag in flags:
        kind, colon, rest = flag.partition(":")
        path, equals, name = rest.rpartition("=")
        if not colon or not equals or not name:
            raise UsageError(
                f"The rename {flag!r} is not understood",
                do="Write --rename table:old=new or --rename column:table.old=new (with the schema, if need be).",
            )
        # Flags follow each other: after table:a=b, a column may be named by either table.
        before = resolve(kind, path, old)
        id = before and moved_by(before, found)
        if id is None or id not in current.facts:
            id = resolve(kind, path, current)
        if id is None:
            raise UsageError(
                f"The rename {flag!r} names a {kind} that is not in the current schema", do="Check its spelling."
            )
        target = wanted(id, name, new)
        if target in current.facts:
            # Two change names with each other, or each takes the next one's: it waits under a third name.
            later.append((with_name(id, spare(id[name_place(id)], current)), target))
            target = later[-1][0]
        found.append(Rename(id, target))
        current = substituted(current, {id: target})
    for waiting, target in reversed(later):
        found.append(Rename(waiting, target))
    return found


def wanted(id: Id, name: str, new: Catalog) -> Id:
    """What a new name means: the same place, unless only another schema has it."""
    plain = with_name(id, name)
    return plain if plain in new.facts else resolve(id[0], name, new) or plain


def spare(name: str, catalog: Catalog) -> str:
    """A name for a moment."""
    names = {id[name_place(id)] for id in catalog.facts}
    return next(free for n in range(len(names) + 1) if (free := f"{name[:50]}_{n}") not in names)


def moved_by(id: Id, renames: Iterable[Rename]) -> Id:
    """What became of an identity through renames."""
    for each in renames:
        if id == each.old or id[1 : len(each.old)] == each.old[1:]:
            id = renamed(id, each.old[1:], each.new[1:])
    return id


def resolve(kind: str, path: str, catalog: Catalog) -> Id | None:
    """The fact that a dotted path means; names may hold dots, so all facts of the kind are asked.

    What follows the name (argument types, an access method) may be left out where one fact has it.
    """
    ids = [id for id in catalog.facts if id[0] == kind]
    for written in (path, f"public.{path}"):
        for id in ids:
            if written in (path_of(id), ".".join(id[1:])):
                return id
        alike = [id for id in ids if written == ".".join(id[1 : name_place(id) + 1])]
        if len(alike) == 1:
            return alike[0]
    return None


def substituted(catalog: Catalog, names: Mapping[Id, Id]) -> Catalog:
    """The catalog as it is after renames: identities of the renamed and of their parts, and what refers to them.

    Texts (expressions, definitions) stay as they are: only the server can rewrite those.
    """
    moved: dict[Id, Id] = {}
    for old, new in names.items():
        for fact in [catalog.facts[old], *descendants(catalog, old)]:
            moved[fact.id] = renamed(fact.id, old[1:], new[1:])

    def spec(value: Any) -> Any:
        if not isinstance(value, Struct):
            return value
        changed = {
            name: moved[current]
            for name in value.__struct_fields__
            if isinstance(current := getattr(value, name), tuple) and current in moved
        }
        return replace(value, **changed) if changed else value

    def at(id: Id) -> Id:
        return moved.get(id, id)

    def work_out() -> tuple[Needs, Needs]:
        linked = [fact for fact in catalog if fact.id in fact.links.found[0]]
        needs = {at(fact.id): frozenset(map(at, fact.needs)) for fact in linked}
        return needs, {at(fact.id): frozenset(map(at, fact.auto)) for fact in linked}

    links = Links(work_out)
    facts = {}
    for fact in catalog:
        parent = at(fact.parent) if fact.parent else None
        facts[at(fact.id)] = Fact(at(fact.id), spec(fact.spec), parent, fact.order, links)
    return Catalog(facts, catalog.version_num, catalog.unmanaged, catalog.user)


def descendants(catalog: Catalog, id: Id) -> list[Fact]:
    """The parts of a fact, their parts, and so on."""
    found = list(catalog.children(id))
    for fact in found:
        found.extend(catalog.children(fact.id))
    return found


def renamed(id: Id, old: Id, new: Id) -> Id:
    """An identity in which a path took the place of another; a satellite's path begins one later."""
    for start in (1, 2):
        if id[start : start + len(old)] == old:
            return (*id[:start], *new, *id[start + len(old) :])
    return id


def free(old: Catalog, new: Catalog, movable: Callable[[Fact], bool], names: Callable[[Fact], Any]) -> dict[Id, Id]:
    """Parts without data of their own (constraints, indexes ...) that only changed their names: old -> new.

    Args:
        movable: whether a fact can be renamed without being asked about.
        names: the names that a fact occupies; one that is taken already is not given again.
    """
    changes = diff(old, new)
    waiting: dict[Any, list[Id]] = {}
    for id in changes.added:
        fact = new.facts[id]
        waiting.setdefault((id[:-1], fact.parent, repr(fact.spec)), []).append(id)
    used: set[Any] | None = None
    pairs = {}
    for id in changes.removed:
        fact = old.facts[id]
        same = waiting.get((id[:-1], fact.parent, repr(fact.spec)))
        if same and movable(fact):
            if used is None:
                used = {name for each in old for name in names(each)}
            mine = set(names(fact))
            if not any(name in used and name not in mine for name in names(new.facts[same[0]])):
                pairs[id] = same.pop(0)
    return pairs
