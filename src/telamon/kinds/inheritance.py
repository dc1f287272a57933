"""Which tables a table inherits from, as it changes in a table that stays: INHERIT, NO INHERIT, and their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context

Node = tuple[str, Id]
HANDED_DOWN = ("column", "not_null", "check")
"""Kinds of parts that a parent hands down to its heirs, and that INHERIT compares."""


def clauses(old: Fact, new: Fact, ctx: Context) -> list[str] | None:
    """INHERIT and NO INHERIT; None when the table has to be made anew."""
    before, after = old.spec.inherits, new.spec.inherits
    if before == after:
        return []
    if [p for p in before if p in after] != [p for p in after if p in before]:
        return None  # kept parents would have to change places
    if any(comes_by_joining(part, old, ctx) for part in handed_down(new.id, ctx.new)):
        return None  # INHERIT makes nothing, and what it finds remains the table's own
    leave = [f"NO INHERIT {ctx.name(*p[1:])}" for p in before if p not in after]
    join = [f"INHERIT {ctx.name(*p[1:])}" for p in after if p not in before]
    if not leave or not join:
        return leave + join
    orphans = [part for part in handed_down(new.id, ctx.old) if inherited(part) and not stays_handed(part, old, ctx)]
    remain = [ctx.new.facts[part.id] for part in orphans if part.id in ctx.new.facts]
    # A part that no parent hands down any more becomes the table's own: one that must not finds its new parent first.
    first = {inherited(part) for part in remain}
    if len(first) > 1:
        return None
    return join + leave if True in first else leave + join


def comes_by_joining(part: Fact, old: Fact, ctx: Context) -> bool:
    """Whether a table that stays gets an inherited part only by a parent that it joins."""
    if part.kind == "not_null" and ctx.server.major < 18:
        return False  # it is no more than a flag then
    return inherited(part) and part.id not in ctx.old.facts and not stays_handed(part, old, ctx)


def stays_handed(part: Fact, table: Fact, ctx: Context) -> bool:
    """Whether a parent that the table keeps hands a part down."""
    kept = (p for p in table.spec.inherits if p in ctx.new.facts[table.id].spec.inherits)
    return any((part.kind, *parent[1:], *part.id[3:]) in ctx.new.facts for parent in kept)


@lru_cache(maxsize=4)
def attached_anew(old: Catalog, new: Catalog) -> dict[Id, list[Id]]:
    """By partitioned table: the links that both have, with other bounds or to another table."""
    found: dict[Id, list[Id]] = defaultdict(list)
    for fact in old:
        after = new.get(fact.id) if fact.kind == "partition" else None
        if after is not None and after.spec != fact.spec:
            found[fact.spec.of].append(fact.id)
    return found


def cut(table: Id, ctx: Context) -> bool:
    """Whether a partition is detached while the plan changes it and its whole, to be attached again."""
    link = ctx.old.get(("partition", *table[1:3]))
    if link is None:
        return False
    anew = attached_anew(ctx.old, ctx.new).get(link.spec.of, [])
    return link.id in ctx.created or (len(anew) > 1 and link.id in anew)


def kept_parents(table: Id, ctx: Context) -> list[Id]:
    """The parents, or the whole, that a table has before and after, none of them made anew."""
    found = []
    if table in ctx.created or cut(table, ctx):
        return []
    for catalog in (ctx.old, ctx.new):
        fact, link = catalog.get(table), catalog.get(("partition", *table[1:]))
        found.append([link.spec.of] if link else list(fact.spec.inherits) if fact else [])
    return [parent for parent in found[0] if parent in found[1] and parent not in ctx.created]


def inherited(part: Fact) -> bool:
    """Whether the table has a part only from its parents."""
    local = getattr(part.spec, "local", None)
    return bool(part.spec.inherited if local is None else not local)


def handed_down(table: Id, catalog: Catalog) -> Iterator[Fact]:
    """The parts of a table that its heirs get."""
    for part in catalog.children(table):
        if part.kind in HANDED_DOWN:
            yield part
            yield from (mark for mark in catalog.children(part.id) if mark.kind in HANDED_DOWN)


def around(operation: str, fact: Fact, ctx: Context) -> tuple[list[Node], list[Node]]:
    """What comes before, and what after, an operation on a table that changes its parents.

    It leaves a parent, or goes, before the parent's parts change, and joins one when both have what they will have.
    """
    if operation == "drop" and fact.id not in ctx.swapped:
        return [], [node for parent in fact.spec.inherits for node in changes(parent, ctx) if node[0] != "drop"]
    if operation == "move":
        return [], [node for parent in left_behind(fact, ctx) for node in changes(parent, ctx)]
    if operation not in ("alter", "create"):
        return [], []
    old = ctx.old.get(fact.id) if operation == "alter" else None
    before, after = old.spec.inherits if old else (), fact.spec.inherits
    left = [parent for parent in before if parent not in after]
    joined = [parent for parent in after if parent not in before]
    first = [node for parent in joined for node in changes(parent, ctx)]
    if operation == "create":
        return [node for node in first if node[0] != "create"], []
    then = [node for parent in left for node in changes(parent, ctx)]
    if joined:
        own = (part for part in handed_down(fact.id, ctx.new) if not inherited(part))
        held = (part.id for part in own if part.id not in ctx.old.facts or not inherited(ctx.old.facts[part.id]))
        first += [(operation, id) for id in held for operation in ("create", "alter")]
    then += [("drop", part.id) for part in handed_down(fact.id, ctx.old) if left and inherited(part)]
    # A parent that becomes an heir of its heir is left before.
    return first, [*then, *(("alter", parent) for parent in left if descends(parent, fact.id, ctx.new))]


def precedes(part: Fact, ctx: Context) -> bool:
    """Whether a part of its own must be there when its table joins a parent, so that the two are merged."""
    tables = [catalog.get(part.parent or part.id) for catalog in (ctx.old, ctx.new)]
    if tables[0] is None or tables[1] is None or inherited(part):
        return False
    return any(parent not in tables[0].spec.inherits for parent in tables[1].spec.inherits)


def left_behind(table: Fact, ctx: Context) -> list[Id]:
    """The parents that a table leaves when it is moved away: their changes are not to reach it."""
    return [parent for parent in table.spec.inherits if parent in ctx.new.facts and parent not in ctx.swapped]


def descends(table: Id, above: Id, catalog: Catalog) -> bool:
    """Whether a table inherits from another, through others too."""
    parents = catalog.facts[table].spec.inherits if table in catalog.facts else ()
    return any(parent == above or descends(parent, above, catalog) for parent in parents)


def changes(table: Id, ctx: Context) -> list[Node]:
    """All that may become of what a table hands down."""
    ids = dict.fromkeys(part.id for catalog in (ctx.old, ctx.new) for part in handed_down(table, catalog))
    # The old parts of a table that is moved away no longer matter to anybody.
    operations = ("alter", "create") if table in ctx.swapped else ("drop", "alter", "create")
    return [(operation, id) for id in ids for operation in operations]
