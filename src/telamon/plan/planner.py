"""Decides what is created, altered, replaced and dropped, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from telamon.catalog.facts import Catalog, Fact, Id, title
from telamon.collector import paused
from telamon.diff import Changes, diff
from telamon.diff.renames import free, substituted
from telamon.errors import TelamonError
from telamon.kinds import BY_NAME
from telamon.kinds.base import Context, Kind, Server, Step
from telamon.plan.graph import Graph, Node


@dataclass(frozen=True)
class Plan:
    """Statements that lead from one catalog to another.

    Args:
        steps: in order.
        changes: what they bring about.
        bodies_unchecked: whether functions must be created before what their bodies name.
        replaced: what is on both sides, and is dropped and made again.
    """

    steps: tuple[Step, ...]
    changes: Changes
    bodies_unchecked: bool = True
    replaced: frozenset[Id] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def losses(self) -> tuple[str, ...]:
        """What data is lost, in words."""
        return tuple(dict.fromkeys(step.loss for step in self.steps if step.loss))

    def sql(self) -> str:
        """The plan as a file: each statement with its comment."""
        from telamon.plan.render import render

        return render(self.statements())

    def statements(self) -> list[Step]:
        """The steps as they are run: neighbours joined, and the setting that function bodies may need."""
        from telamon.plan.render import BODIES, join

        steps = join(self.steps)
        return [BODIES, *steps] if self.bodies_unchecked and any(step.bodies for step in steps) else steps


@paused()
def make_plan(
    old: Catalog,
    new: Catalog,
    server: Server,
    *,
    using: Mapping[Id, str] | None = None,
    strict_order: bool = False,
) -> Plan:
    """Plans the way from `old` to `new`.

    Args:
        using: conversion expressions by column, for type changes that have no cast.
        strict_order: whether what holds its parts in another order is rebuilt.

    Raises:
        Refusal: when a change cannot be planned without being told more.
        TelamonError: when definitions depend on each other in a circle.
    """
    changes = changed(old, new, strict_order)
    if not changes:
        return Plan((), changes)
    first, old = rename_parts(old, new, server)
    left, apart = changed(old, new, strict_order), frozenset[Id]()
    while True:
        try:
            planned = Planner(old, new, server, left, using or {}, strict_order, apart).plan()
        except Ring as ring:
            apart |= {ring.opening}
        else:
            return Plan((*first, *planned.steps), changes, replaced=planned.replaced)


class Ring(Exception):
    """Definitions depend on each other in a circle, which is open once an alteration is made in two steps.

    Args:
        opening: what is dropped and made again in place of being altered.
    """

    def __init__(self, opening: Id) -> None:
        super().__init__(opening)
        self.opening = opening


def changed(old: Catalog, new: Catalog, strict_order: bool) -> Changes:
    """The changes; in strict order also what is the same but for the order of its parts."""
    changes = diff(old, new)
    if not strict_order:
        return changes
    kept = (fact for fact in old if fact.id in new.facts and fact.id not in changes.altered)
    misplaced = (fact.id for fact in kept if BY_NAME[fact.kind].misplaced(fact, old, new))
    return replace(changes, altered=(*changes.altered, *misplaced))


def rename_parts(old: Catalog, new: Catalog, server: Server) -> tuple[list[Step], Catalog]:
    """Renames what only changed its name and holds no data, rather than building it anew."""
    ctx = Context(old, new, server)

    def step(fact: Fact, name: str) -> Step | None:
        kind = BY_NAME[fact.kind]
        return kind.rename(fact, name, ctx) if kind.renames_freely else None

    pairs = free(
        old, new, lambda fact: step(fact, fact.id[-1]) is not None, lambda fact: BY_NAME[fact.kind].occupies(fact)
    )
    steps = [found for id, other in pairs.items() if (found := step(old.facts[id], other[-1]))]
    for id, other in list(pairs.items()):
        pairs |= {along: (*along[:-1], other[-1]) for along in BY_NAME[id[0]].renamed_with(old.facts[id], ctx)}
    return steps, substituted(old, pairs) if pairs else old


@dataclass
class Planner:
    """One run of planning; its fields fill up in the order of its methods."""

    old: Catalog
    new: Catalog
    server: Server
    changes: Changes
    using: Mapping[Id, str]
    strict_order: bool = False
    apart: frozenset[Id] = frozenset()
    replaced: set[Id] = field(default_factory=set)
    altered: dict[Id, None] = field(default_factory=dict)
    away: frozenset[Id] = frozenset()
    graph: Graph = field(default_factory=Graph)

    def plan(self) -> Plan:
        self.ctx = Context(self.old, self.new, self.server, using=self.using)
        self.decide()
        self.complete()
        self.connect()
        self.group()
        if not self.changes:
            return Plan((), self.changes)
        return Plan(tuple(self.steps(self.order())), self.changes, replaced=frozenset(self.replaced))

    @staticmethod
    def kind(id: Id) -> Kind:
        return BY_NAME[id[0]]

    # What happens to each fact.

    def decide(self) -> None:
        """Alters in place what can be, replaces the rest, and what that takes along."""
        queue = [(id, "removed") for id in self.changes.removed]
        self.away = self.ousted()
        self.ctx = replace(self.ctx, created=frozenset(self.changes.added))
        for id in self.changes.altered:
            before, after = self.old.facts[id], self.new.facts[id]
            if self.strict_order and self.kind(id).misplaced(before, self.old, self.new):
                queue += self.replace_whole(before)
                continue
            disturbance = self.kind(id).disturbance(before, after)
            if before.parent in self.new.facts and self.kind(id).takes_whole(before, after, disturbance, self.ctx):
                queue += self.replace_whole(before)
            elif (
                id in self.apart
                or self.moved_within(before, after)
                or self.kind(id).alter(before, after, self.ctx) is None
            ):
                queue += self.replace(before)
            else:
                self.altered[id] = None
                queue += [(id, disturbance)] if disturbance else []
                queue += self.upset(before)
        dependents: dict[Id, list[Id]] = defaultdict(list)
        for fact in self.old if queue else ():
            for need in fact.needs:
                dependents[need].append(fact.id)
        while queue:
            id, how = queue.pop()
            for dependent in dependents[id]:
                queue += self.spread(dependent, id, how)
        for id in self.replaced:
            self.altered.pop(id, None)
        swapped = frozenset(id for id in self.replaced if self.kind(id).swaps) | self.away
        created = frozenset(self.changes.added) | self.replaced
        self.ctx = replace(self.ctx, swapped=swapped, created=created)

    @staticmethod
    def moved_within(before: Fact, after: Fact) -> bool:
        """Whether a part has become a part of something else."""
        return before.parent is not None and after.parent is not None and before.parent != after.parent

    def complete(self) -> None:
        """Takes in what the creations bring about by themselves and nobody asked for."""
        missing = {fact.id: fact for kind in BY_NAME.values() for fact in kind.missing(self.ctx)}
        if missing:
            self.new = replace(self.new, facts={**self.new.facts, **missing}, _children={})
            self.changes = replace(self.changes, added=(*self.changes.added, *missing))
            self.ctx = replace(self.ctx, new=self.new)

    def ousted(self) -> frozenset[Id]:
        """What goes while its name passes to a new thing of another kind: moved away, so that its users can follow."""
        added = [self.new.facts[id] for id in self.changes.added if self.kind(id).swaps]
        taken = {name for fact in added for name in self.kind(fact.id).occupies(fact)}
        return frozenset(
            id
            for id in self.changes.removed
            if taken and self.kind(id).swaps and not taken.isdisjoint(self.kind(id).occupies(self.old.facts[id]))
        )

    def spread(self, dependent: Id, on: Id, how: str) -> list[tuple[Id, str]]:
        """What becomes of a fact when one that it needs is replaced or disturbed; returns what follows from that."""
        after = self.new.get(dependent)
        if after is None or dependent in self.replaced:
            return []
        if on not in after.needs and (dependent in self.altered or on in self.old.facts[dependent].auto):
            return []  # it lets go, or is let go, by another change
        kind = self.kind(dependent)
        if kind.before_rows and self.old.facts[on].parent is not None:
            return []  # a partition stays one whatever becomes of its parts or its whole's
        if how not in ("replaced", "removed"):
            if how in kind.survives:
                return []
        elif kind.movable(after) and after.parent != on and self.swapping(on):
            if kind.takes_whole(self.old.facts[dependent], after, "type", self.ctx):
                return self.replace_whole(self.old.facts[dependent])
            self.altered[dependent] = None
            return [(dependent, "type")]
        return self.replace(self.old.facts[dependent])

    def replace(self, fact: Fact) -> list[tuple[Id, str]]:
        """Drops a fact and makes it anew; returns what follows from that."""
        self.replaced.add(fact.id)
        return [(fact.id, "replaced"), *self.upset(fact)]

    def upset(self, fact: Fact) -> list[tuple[Id, str]]:
        """Replaces what cannot stand while a fact is altered or replaced; returns what follows from that."""
        found = [id for id in self.kind(fact.id).upsets(fact, self.ctx) if id in self.new.facts]
        others = [self.old.facts[id] for id in found if id not in self.replaced]
        return [more for other in others for more in self.replace(other)]

    def replace_whole(self, part: Fact) -> list[tuple[Id, str]]:
        """Replaces the whole of a part that cannot be altered within it; returns what follows from that."""
        whole = part.parent or part.id
        while not self.kind(whole).swaps and (above := self.old.facts[whole].parent) is not None:
            whole = above  # one that keeps what it holds
        return [] if whole in self.replaced else self.replace(self.old.facts[whole])

    def swapping(self, id: Id) -> bool:
        """Whether a replaced fact is moved away, by itself or with its whole, rather than dropped at once."""
        parent = self.old.facts[id].parent
        moves = id in self.away or (id in self.replaced and self.kind(id).swaps)
        return moves or (parent is not None and self.swapping(parent))

    # What must come before what.

    def connect(self) -> None:
        graph = self.graph
        for id in self.changes.removed:
            graph.add(("drop", id))
            if id in self.ctx.swapped:
                graph.add(("move", id))
                graph.before(("move", id), ("drop", id))
        for id in self.changes.added:
            graph.add(("create", id))
        for id in self.altered:
            graph.add(("alter", id))
        for id in sorted(self.replaced):
            graph.add(("drop", id))
            graph.add(("create", id))
            if id in self.ctx.swapped:
                graph.add(("move", id))
                graph.before(("move", id), ("create", id))
                graph.before(("create", id), ("drop", id))
                if self.kind(id).fills:
                    graph.add(("fill", id))
                    graph.before(("create", id), ("fill", id))
                    graph.before(("fill", id), ("drop", id))
            elif not self.moves(fact := self.old.facts[id]) or (fact.parent and not self.swapping(fact.parent)):
                graph.before(("drop", id), ("create", id))
        self.rivals: dict[Id, list[Node]] = defaultdict(list)
        for operation, id in graph.nodes:
            if operation == "drop" and (common := self.kind(id).rivals(self.old.facts[id])):
                self.rivals[common].append((operation, id))
        for operation, id in list(graph.nodes):
            if operation == "drop":
                self.connect_drop(self.old.facts[id])
            elif operation == "create":
                self.connect_create(self.new.facts[id])
            elif operation == "alter":
                self.connect_alter(self.old.facts[id], self.new.facts[id])
        for node in list(graph.nodes):
            self.connect_around(node)
        self.connect_names()
        self.connect_turns()

    def connect_around(self, node: Node) -> None:
        """What a kind says of its own goes before what is usual between a whole and its part."""
        operation, id = node
        fact = self.new.get(id) if operation in ("create", "alter") else self.old.get(id)
        before, after = self.kind(id).around(operation, fact, self.ctx) if fact else ([], [])
        for other in before:
            self.graph.instead(other, node)
        for other in after:
            self.graph.instead(node, other)

    def connect_drop(self, fact: Fact) -> None:
        node = ("drop", fact.id)
        ready = self.kind(fact.id).before_rows
        for need in fact.needs:
            if ready and fact.parent not in self.new.facts and not self.name_apart(need):
                continue  # a partition is attached after its parts are made, but they go with it in any order
            self.graph.before(node, ("drop", need))
            first = fact.id in self.replaced and self.kind(fact.id).leads  # so its drop must, too
            if need == fact.parent and self.kind(fact.id).lasts(fact) and not first:
                self.graph.before(("alter", need), node)
            elif self.disturbs(need) or not self.moves(fact):
                self.graph.before(node, ("alter", need))
            if need not in fact.auto and not self.moves(fact):
                self.graph.before(node, ("move", need))
        carrier = self.carrier(fact)
        if carrier is not None and not self.moves(fact):
            self.graph.before(node, ("move", carrier))
        if self.kind(fact.id).links and fact.parent in self.new.facts:
            for linked in self.linked_parts(fact):
                for operation in ("drop", "alter", "create"):
                    self.graph.before(node, (operation, linked))

    def name_apart(self, need: Id) -> bool:
        """Whether it is a whole, or may have to go before its whole to give its name up."""
        fact, kind = self.old.facts[need], self.kind(need)
        return fact.parent is None or bool(kind.occupies(fact) and not kind.goes_along)

    def linked_parts(self, fact: Fact) -> list[Id]:
        """The parts, old and new, of the wholes that a link joins; not of those that are moved away."""
        wholes = [need for need in fact.needs if need not in self.ctx.swapped]
        wholes = [need for need in wholes if (self.old.get(need) or self.new.facts[need]).parent is None]
        parts = {part.id for whole in wholes for part in (*self.old.children(whole), *self.new.children(whole))}
        leaning = (id for c in (self.old, self.new) for id in parts if (part := c.get(id)) and fact.id in part.needs)
        return sorted(parts.difference(leaning, self.kind(fact.id).upsets(fact, self.ctx)))

    def connect_turns(self) -> None:
        """Facts that cannot be there at the same time: some go, then some change, then others come."""
        turns: dict[Id, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for operation, id in self.graph.nodes:
            if operation in ("drop", "alter", "create"):
                fact = (self.old if operation == "drop" else self.new).facts[id]
                if turn := self.kind(id).turn(fact, self.ctx):
                    turns[turn][operation].append((operation, id))
        for turn, nodes in turns.items():
            for first, then in (("drop", "alter"), ("drop", "create"), ("alter", "create")):
                self.graph.all_before(nodes[first], nodes[then], (f"after {first}, before {then}", turn))

    def moves(self, fact: Fact) -> bool:
        """Whether the old fact is moved away, or stays a part of one that is until that is dropped."""
        if fact.id in self.ctx.swapped:
            return True
        # What has a name that the new one needs, as an index has, must go before.
        return self.carrier(fact) is not None and (
            self.kind(fact.id).goes_along or not self.kind(fact.id).occupies(fact)
        )

    def carrier(self, fact: Fact) -> Id | None:
        """The fact with which it is moved away, if it is a part of one."""
        if fact.id not in self.new.facts or fact.id in self.replaced:
            for need in sorted(fact.auto):
                carrier = need if need in self.ctx.swapped else None
                if need != fact.parent and need in self.old.facts:
                    carrier = carrier or self.carrier(self.old.facts[need])
                if carrier is not None:
                    return carrier
        return self.carrier(self.old.facts[fact.parent]) if fact.parent is not None else None

    def connect_create(self, fact: Fact) -> None:
        for need in fact.needs:
            for rival in self.rivals.get(self.kind(need).rivals(self.new.facts[need]) or (), ()):
                # A foreign key would otherwise lean on the old one of two unique indexes.
                if fact.id not in self.ctx.swapped or rival[1] not in self.old.facts[fact.id].needs:
                    self.graph.before(rival, ("create", fact.id))
            self.graph.before(("create", need), ("create", fact.id))
            if need == fact.parent and self.kind(fact.id).precedes(fact, self.ctx):
                self.graph.before(("create", fact.id), ("alter", need))
            else:
                self.graph.before(("alter", need), ("create", fact.id))
            if self.kind(fact.id).needs_parts(fact):
                for part in (*self.old.children(need), *self.new.children(need)):
                    for operation in ("drop", "alter", "create"):
                        self.graph.before((operation, part.id), ("create", fact.id))
            self.connect_rows(fact, need)
        if self.kind(fact.id).links:
            for linked in self.linked_parts(fact):
                self.graph.before(("drop", linked), ("create", fact.id))

    def connect_rows(self, fact: Fact, need: Id) -> None:
        """Rows go into a rebuilt whole when it can take them, and before what would act on them or look at them."""
        kind = self.kind(fact.id)
        if kind.before_rows:
            self.graph.before(("create", fact.id), ("fill", need))
        elif kind.after_rows:
            whole = self.new.facts[need]
            while whole.parent is not None:
                whole = self.new.facts[whole.parent]
            self.graph.before(("fill", whole.id), ("create", fact.id))

    def connect_alter(self, before: Fact, after: Fact) -> None:
        node = ("alter", after.id)
        for need in after.needs:
            self.graph.before(("create", need), node)
            self.graph.before(("alter", need), node)
        for need in before.needs:
            self.graph.before(node, ("drop", need))
            if need not in after.needs:
                if self.disturbs(need):
                    self.graph.before(node, ("alter", need))
                if need not in self.away:
                    self.graph.before(node, ("move", need))
        for other in self.kind(after.id).awaits(after, self.ctx):
            self.graph.before(("alter", other), node)

    def disturbs(self, id: Id) -> bool:
        """Whether a fact is altered in a way that what leans on it feels."""
        return id in self.altered and bool(self.kind(id).disturbance(self.old.facts[id], self.new.facts[id]))

    def connect_names(self) -> None:
        """A name is given up before another thing takes it."""
        given: dict[Id, list[Node]] = defaultdict(list)
        taken: list[tuple[Id, Node]] = []
        for node in self.graph.nodes:
            operation, id = node
            kind = self.kind(id)
            before = set(kind.occupies(self.old.facts[id])) if operation in ("drop", "alter") else set()
            after = set(kind.occupies(self.new.facts[id])) if operation in ("create", "alter") else set()
            giver = node
            if operation == "drop" and self.moves(self.old.facts[id]):
                giver = ("move", id if id in self.ctx.swapped else self.carrier(self.old.facts[id]) or id)
            for name in sorted(before - after):
                given[name].append(giver)
            taken += [(name, node) for name in sorted(after - before)]
        for name, node in taken:
            for giver in given.get(name, ()):
                if giver[1] != node[1]:
                    self.graph.before(giver, node)

    def order(self) -> list[Node]:
        """The nodes in order; a ring is opened by a stub of one of its members, where its kind has such."""
        while True:
            try:
                return self.graph.order(self.key, lambda node: self.kind(node[1]).rank)
            except ValueError as error:
                ring: list[Node] = error.args[0]
                if not any(self.opened(node, set(ring)) for node in ring):
                    raise self.circle(ring) from None

    def opened(self, node: Node, ring: set[Node]) -> bool:
        """Whether a stub stands in for one member of a ring: made before the others, or put there before they go."""
        operation, id = node
        stub = ("stub", id)
        if operation not in ("create", "drop") or stub in self.graph.nodes or id in self.replaced:
            return False
        fact = (self.new if operation == "create" else self.old).facts[id]
        if not self.kind(id).stub(fact, self.ctx):
            return False
        self.graph.add(stub)
        for then in sorted(self.graph.after[node]):
            if self.graph.root(then) in ring:
                self.graph.after[node].discard(then)
                self.graph.before(stub, then)
        self.graph.before(stub, node)
        if operation == "create":
            self.ctx = replace(self.ctx, stubbed=self.ctx.stubbed | {id})
            for need in fact.needs:
                for made in (("create", need), ("alter", need)):
                    if made in self.graph.nodes and self.graph.root(made) not in ring:
                        self.graph.before(made, stub)
        return True

    # What shares a statement.

    def group(self) -> None:
        for operation, id in self.graph.nodes:
            if operation == "create":
                into = self.kind(id).fold_into(self.new.facts[id], self.new)
                if into is not None:
                    self.graph.ride((operation, id), (operation, into))
            elif operation == "drop":
                fact = self.old.facts[id]
                takers = [fact.parent] if fact.parent is not None else []
                takers += sorted(fact.auto)
                apart = not self.moves(fact)
                for taker in takers:
                    grip = self.kind(id).grip(fact, taker, self.ctx)
                    if not grip or (apart and self.moves(self.old.facts[taker])):
                        continue
                    if ("drop", taker) in self.graph.nodes:
                        self.graph.ride((operation, id), (operation, taker), firm=grip == "firm")
                        break

    # The order for the reader, and the statements.

    def key(self, node: Node) -> tuple[object, ...]:
        operation, id = node
        catalog = self.old if operation in ("drop", "move") or id not in self.new.facts else self.new
        top = fact = catalog.facts[id]
        while top.parent is not None and top.parent in catalog.facts:
            top = catalog.facts[top.parent]
        kind, above = self.kind(id), self.kind(top.id)
        phase = max(kind.phase(operation), above.phase(operation))
        rank = -kind.rank if operation == "drop" else kind.rank
        return phase, above.rank, top.id[1:], rank, fact.order, id

    def steps(self, order: list[Node]) -> list[Step]:
        folded: dict[Id, list[Fact]] = defaultdict(list)
        for rider, on in self.graph.rides.items():
            if rider[0] == "create":
                folded[on[1]].append(self.new.facts[rider[1]])
        for id, facts in folded.items():
            facts.sort(key=lambda fact: (self.kind(fact.id).rank, fact.order, fact.id))
            folded[id] = facts
        self.ctx = ctx = replace(self.ctx, folded=folded)
        steps: list[Step] = []
        for operation, id in order:
            kind = self.kind(id)
            if operation == "create":
                steps += kind.create(self.new.facts[id], ctx)
                steps += self.afterwards(id)
            elif operation == "alter":
                steps += kind.alter(self.old.facts[id], self.new.facts[id], ctx) or []
            elif operation == "stub":
                steps += kind.stub((self.new.get(id) or self.old.facts[id]), ctx)
            elif operation == "move":
                steps += kind.swap(self.old.facts[id], ctx)[0]
            elif operation == "fill":
                steps += kind.fill(self.old.facts[id], self.new.facts[id], ctx)
            elif id in ctx.swapped:
                steps += kind.swap(self.old.facts[id], ctx)[1]
            else:
                steps += kind.drop(self.old.facts[id], ctx)
        return steps

    def afterwards(self, id: Id) -> list[Step]:
        steps: list[Step] = []
        for fact in self.ctx.folded.get(id, ()):
            steps += self.kind(fact.id).after(fact, self.ctx)
            steps += self.afterwards(fact.id)
        return steps

    def circle(self, nodes: list[Node]) -> Ring | TelamonError:
        remade = [id for operation, id in nodes if operation == "alter" and self.kind(id).remade]
        if remade:
            needed = Counter(need for fact in self.old for need in fact.needs)
            return Ring(min(remade, key=lambda id: (needed[id], id)))
        listed = "\n".join(
            f"{operation} {title(id)}" for operation, id in nodes[:12] if id in self.old.facts or id in self.new.facts
        )
        return TelamonError(
            "These definitions depend on each other in a circle",
            where=listed,
            why="Telamon found no order in which they can be created.",
            do="Split one of them, or apply the change in two migrations.",
        )
