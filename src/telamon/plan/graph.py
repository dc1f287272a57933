"""Nodes, groups of nodes that share one statement, and their order."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from telamon.catalog.facts import Id

Node = tuple[str, Id]
"""(operation, fact): operation is create, alter, drop, or move (a swapped type, out of the way)."""


def reached(start: Node, edges: dict[Node, set[Node]]) -> set[Node]:
    """What edges lead to from a node, itself included."""
    found, queue = {start}, [start]
    while queue:
        fresh = edges.get(queue.pop(), set()) - found
        found |= fresh
        queue += fresh
    return found


class Graph:
    """What must come before what; and which nodes ride along in another's statement.

    Groups are a readable form, not a need: where they would make a cycle, riders get off.
    """

    def __init__(self) -> None:
        self.nodes: dict[Node, None] = {}
        self.after: dict[Node, set[Node]] = defaultdict(set)
        self.rides: dict[Node, Node] = {}
        self.firm: set[Node] = set()
        self.gates: set[Node] = set()

    def add(self, node: Node) -> None:
        self.nodes[node] = None

    def before(self, first: Node, then: Node) -> None:
        """`first` must be done before `then`; ignored unless both are nodes."""
        if first != then and first in self.nodes and then in self.nodes:
            self.after[first].add(then)

    def instead(self, first: Node, then: Node) -> None:
        """As `before`, and not the other way round, whatever was said."""
        if first in self.after.get(then, ()):
            self.after[then].discard(first)
        self.before(first, then)

    def all_before(self, first: Iterable[Node], then: Iterable[Node], gate: Node) -> None:
        """Each of `first` before each of `then`; `gate` names the moment between, so that edges stay few."""
        first, then = list(first), list(then)
        if first and then:
            self.add(gate)
            self.gates.add(gate)
            for node in first:
                self.before(node, gate)
            for node in then:
                self.before(gate, node)

    def ride(self, rider: Node, on: Node, *, firm: bool = False) -> None:
        """`rider` is brought about by the statement of `on`; a firm one gets off only when nothing else can."""
        if rider in self.nodes and on in self.nodes:
            self.rides[rider] = on
            if firm:
                self.firm.add(rider)

    def root(self, node: Node) -> Node:
        """The node whose statement brings this one about."""
        while node in self.rides:
            node = self.rides[node]
        return node

    def order(self, key: Callable[[Node], tuple[Any, ...]], weight: Callable[[Node], int]) -> list[Node]:
        """The roots in an order that respects everything; among those that could come next, by `key`.

        Args:
            key: sorts nodes for the reader; what agrees in the first three parts stays together where it can.
            weight: of riders in a cycle, those of the greatest weight get off first, if that opens it.

        Raises:
            ValueError: with the nodes of a cycle that has no riders.
        """
        while True:
            ordered, stuck = self._sort(key)
            if not stuck:
                return ordered
            component = self._cycle(stuck)
            riders = [node for node in self.nodes if node in self.rides and self.root(node) in component
                      and self._crosses(node, component)]  # fmt: skip
            if not riders:
                raise ValueError(sorted(component))
            riders = [node for node in riders if node not in self.firm] or riders
            by_weight: dict[int, list[Node]] = defaultdict(list)
            for node in riders:
                by_weight[weight(node)].append(node)
            choices = [by_weight[one] for one in sorted(by_weight, reverse=True)]
            for node in next((some for some in choices if self._opens(component, some)), choices[0]):
                del self.rides[node]

    def _opens(self, component: set[Node], riders: list[Node]) -> bool:
        """Whether the nodes of a cycle no longer all wait for each other once these riders get off."""
        rides = {node: self.rides.pop(node) for node in riders}
        inside = component | rides.keys()
        onward: dict[Node, set[Node]] = defaultdict(set)
        back: dict[Node, set[Node]] = defaultdict(set)
        for node, following in self.after.items():
            own = self.root(node)
            for then in following if own in inside else ():
                target = self.root(then)
                if target != own and target in inside:
                    onward[own].add(target)
                    back[target].add(own)
        self.rides.update(rides)
        return not all(component <= reached(next(iter(component)), edges) for edges in (onward, back))

    def _crosses(self, node: Node, component: set[Node]) -> bool:
        """Whether an edge of the cycle begins or ends at this rider or at one that rides on it."""
        own = self.root(node)
        group = [member for member in self._members[own] if self._on(member, node)]
        for member in group:
            for other in [*self.after.get(member, ()), *self._incoming.get(member, ())]:
                root = self.root(other)
                if root != own and root in component:
                    return True
        return False

    def _on(self, member: Node, node: Node) -> bool:
        while member != node:
            if member not in self.rides:
                return False
            member = self.rides[member]
        return True

    def _sort(self, key: Callable[[Node], tuple[Any, ...]]) -> tuple[list[Node], dict[Node, set[Node]]]:
        """(roots in order, what is left: root -> its successors)."""
        self._members: dict[Node, list[Node]] = defaultdict(list)
        self._incoming: dict[Node, set[Node]] = defaultdict(set)
        roots = {node: self.root(node) for node in self.nodes}
        successors: dict[Node, set[Node]] = {}
        waiting: dict[Node, int] = defaultdict(int)
        for node, root in roots.items():
            self._members[root].append(node)
            successors.setdefault(root, set())
        for node, following in self.after.items():
            own = roots[node]
            for then in following:
                self._incoming[then].add(node)
                target = roots[then]
                if target != own and target not in successors[own]:
                    successors[own].add(target)
                    waiting[target] += 1
        keys = {root: key(root) for root in successors if root not in self.gates}
        ready: list[tuple[Any, Node]] = []
        near: dict[tuple[Any, ...], list[tuple[Any, Node]]] = defaultdict(list)  # what is ready, by what it belongs to

        def free(root: Node) -> None:
            heapq.heappush(ready, (keys[root], root))
            heapq.heappush(near[keys[root][:3]], (keys[root], root))

        for root in keys:
            if not waiting[root]:
                free(root)
        ordered: list[Node] = []
        done: set[Node] = set()
        cluster: tuple[Any, ...] = ()  # of what was written last
        while ready:
            _, root = heapq.heappop(near[cluster] or ready)
            if root in done:
                continue
            done.add(root)
            cluster = keys[root][:3]
            ordered.append(root)
            passed = [root]
            while passed:
                for then in successors[passed.pop()]:
                    waiting[then] -= 1
                    if not waiting[then] and then in self.gates:
                        done.add(then)
                        passed.append(then)
                    elif not waiting[then]:
                        free(then)
        return ordered, {root: then - done for root, then in successors.items() if root not in done}

    @staticmethod
    def _cycle(edges: dict[Node, set[Node]]) -> set[Node]:
        """One strongly connected component of more than one node (Tarjan's algorithm, without recursion)."""
        index: dict[Node, int] = {}
        low: dict[Node, int] = {}
        stack: list[Node] = []
        on_stack: set[Node] = set()
        for start in sorted(edges):
            if start in index:
                continue
            work: list[tuple[Node, Iterable[Node]]] = [(start, iter(sorted(edges[start])))]
            index[start] = low[start] = len(index)
            stack.append(start)
            on_stack.add(start)
            while work:
                node, rest = work[-1]
                for then in rest:
                    if then not in index:
                        index[then] = low[then] = len(index)
                        stack.append(then)
                        on_stack.add(then)
                        work.append((then, iter(sorted(edges.get(then, ())))))
                        break
                    if then in on_stack:
                        low[node] = min(low[node], index[then])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        component = set()
                        while True:
                            member = stack.pop()
                            on_stack.discard(member)
                            component.add(member)
                            if member == node:
                                break
                        if len(component) > 1:
                            return component
        raise AssertionError("nodes wait for each other, yet there is no cycle")
