"""Chooses the part of a schema in which an edit can be judged: what it makes, what refers to that, what both need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from telamon.catalog.facts import SATELLITES, Fact, Id, Links, among
from telamon.catalog.kept import Kept, Piece
from telamon.excerpt import syntax
from telamon.excerpt.statements import Doubt, Edit, Text
from telamon.excerpt.syntax import Name, Names
from telamon.kinds import BY_NAME

LARGEST = 2  # an excerpt of more than one statement in so many saves nothing


@dataclass
class Choice:
    """Grows until nothing outside of it is concerned.

    Args:
        kept: the facts before the edit.
        sides: the statements before and after it.
        edit: what differs.
        standing: the wholes that every database begins with.
        ordered: whether statements do not see those below them.
    """

    kept: Kept
    sides: tuple[Text, Text]
    edit: Edit
    standing: frozenset[Id]
    ordered: bool
    chosen: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    targets: Names = field(default_factory=Names)
    followed: Names = field(default_factory=Names)
    unread: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))

    def __post_init__(self) -> None:
        self.wholes: dict[str, list[Id]] = {}
        self.members: dict[str, set[str]] = {}
        for whole in self.kept.pieces:
            schema, name = named(whole)
            self.wholes.setdefault(name, []).append(whole)
            self.members.setdefault(schema, set()).add(name)
        self.pieces: dict[Id, Piece] = {}
        self.closed = Names()
        for side, places in zip((0, 1), (self.edit.removed, self.edit.added), strict=True):
            for at in places:
                self.follow(self.take(side, at))
        self.close()

    def called(self, name: Name) -> list[Id]:
        """The wholes that may be meant by a name."""
        return [whole for whole in self.wholes.get(name[1], ()) if alike(named(whole), name)]

    def piece(self, whole: Id) -> Piece:
        """The facts of a whole before the edit."""
        if whole not in self.pieces:
            self.pieces[whole] = self.kept.piece(whole)
        return self.pieces[whole]

    def take(self, side: int, at: int) -> frozenset[Name]:
        """Takes a statement in; returns what it makes or alters, all of whose statements are to be there then."""
        found = self.reading(side, at)
        if not found.targets:
            raise Doubt(f"it concerns more than one thing: {self.sides[side].statements[at].text[:60]}")
        if at not in self.chosen[side]:
            self.chosen[side].add(at)
            if at < max(self.unread[side], default=at):
                raise Doubt("a statement whose effect is not known stands between those that count")
            self.target(found.targets)
            if len(self.chosen[side]) * LARGEST > len(self.sides[side].statements) + 50:
                raise Doubt("most of the schema is concerned")
        return found.targets

    def reading(self, side: int, at: int) -> syntax.Reading:
        """What a statement makes and mentions; nothing where that is not known and it stands above all that counts.

        Raises:
            Doubt: it is not known.
        """
        statement = self.sides[side].statements[at]
        found = syntax.read(statement.text)
        if found is None:
            if not self.ordered or at > min(self.chosen[side], default=at):
                raise Doubt(f"what it touches is not known: {statement.text[:60]}")
            self.unread[side].add(at)
            return syntax.NOTHING
        return found

    def target(self, names: Iterable[Name]) -> bool:
        """What is made anew with all its statements, rather than put there as it was; returns whether that is new."""
        added = [name for name in names if self.targets.add(name)]
        return bool(added)

    def naming(self, name: Name) -> Iterator[tuple[int, int]]:
        """(side, place) of the statements in which a name stands and may mean a whole."""
        elsewhere = self.members.keys() - {name[0]} if name[0] else frozenset()
        for side, text in enumerate(self.sides):
            for at in text.naming(searchable(name), self.members.get(name[1], frozenset()), elsewhere):
                yield side, at

    def follow(self, names: Iterable[Name]) -> bool:
        """Takes in whatever mentions one of the names, beyond foreign keys; returns whether there was anything."""
        before = [len(chosen) for chosen in self.chosen]
        new = [name for name in names if self.followed.add(name)]
        more = self.target(new)
        for name in new:
            for side, at in self.naming(name):
                if any(alike(name, word) for word in self.reading(side, at).words):
                    self.take(side, at)
        return more or before != [len(chosen) for chosen in self.chosen]

    def close(self) -> None:
        """Takes in every statement that makes or alters one of the targets, and what they make by themselves."""
        while left := sorted(name for name in self.targets if self.closed.add(name)):
            for name in left:
                own = {name}
                for whole in self.called(name):
                    own |= self.own_names(whole)
                for word in sorted(own):
                    for side, at in self.naming(word):
                        if at in self.chosen[side]:
                            continue
                        if any(alike(word, target) for target in self.reading(side, at).targets):
                            self.take(side, at)

    def own_names(self, whole: Id) -> set[Name]:
        """The names, other than its own, under which parts of a whole can be spoken of; what goes with it, too."""
        rows = self.piece(whole).rows
        found = {named(row[0]) for row in rows if len(row[0]) > 2 and row[0][0] not in SATELLITES}
        mine = {row[0] for row in rows}
        for other in self.kept.users.get(whole, ()):
            if any(row[2] is None and row[5] is not None and row[5] & mine for row in self.piece(other).rows):
                self.target((named(other),))  # a sequence behind a column, a partition
        return found - {named(whole)}

    def makes_anew(self, whole: Id) -> bool:
        """Whether a whole is made by the excerpt's own statements."""
        return len(whole) > 2 and named(whole) in self.targets

    def background(self) -> dict[Id, Fact]:
        """What the statements of the excerpt need and do not make: names, columns, keys, types.

        What of that needs what they make is made by its own statements, too, and these join the excerpt.
        """
        while True:
            words: set[Name] = set()
            for side in (0, 1):
                for at in self.chosen[side]:
                    found = self.reading(side, at)
                    words |= found.words | found.linked
            facts, leaning = self.surroundings(words)
            if not leaning:
                for whole in self.standing & self.kept.pieces.keys():
                    facts |= {row[0]: Fact(*row[:4]) for row in self.piece(whole).rows}
                return among(facts)
            self.target(leaning)
            self.close()

    def surroundings(self, words: set[Name]) -> tuple[dict[Id, Fact], set[Name]]:
        """(the facts of what the words name, and of what that needs; the names of what leans on the excerpt)."""
        schemas = {("", schema) for schema, _ in (*words, *self.targets) if schema}
        schemas |= {("", word) for text in self.sides for at in text.always for word in text.words(at)}
        queue = [whole for word in sorted(words | schemas) for whole in self.called(word)]
        needs: dict[Id, frozenset[Id]] = {}
        auto: dict[Id, frozenset[Id]] = {}
        links = Links(lambda: (needs, auto))
        facts: dict[Id, Fact] = {}
        leaning: set[Name] = set()
        seen: set[Id] = set()
        while queue:
            whole = queue.pop()
            if whole in seen or self.makes_anew(whole):
                continue
            seen.add(whole)
            piece = self.piece(whole)
            for id, spec, parent, order, wanted, taken in piece.rows:
                # (Schemas and extensions are small, and an extension brings its own comment.)
                skipped = BY_NAME[id[0]].leaf and len(whole) > 2
                if skipped or (parent is not None and parent not in facts):
                    continue
                facts[id] = Fact(id, spec, parent, order, links)
                if wanted is not None and taken is not None:
                    needs[id], auto[id] = wanted, taken
                    others = [piece.elsewhere[need] for need in wanted if need in piece.elsewhere]
                    leaning |= {named(whole) for other in others if self.makes_anew(other)}
                    queue += others
        return facts, leaning

    def reaches(self, touched: Set[Id], touched_wholes: Set[Id], made: Set[Id]) -> bool:
        """Whether facts outside of the excerpt need what a plan touches; their wholes are taken in then.

        Args:
            touched: the facts that it drops, alters or replaces.
            touched_wholes: what they are parts of.
            made: the wholes that the excerpt makes.
        """
        outside = {user for whole in touched_wholes for user in self.kept.users.get(whole, ())} - made
        reached = {user for user in outside if any(row[4] and row[4] & touched for row in self.piece(user).rows)}
        self.target(named(user) for user in reached)
        return bool(reached)

    def crowded(self, facts: Iterable[Fact], made: Set[Id]) -> bool:
        """Whether something outside has a name that new facts take, or gave way to; it is taken in then.

        Args:
            facts: those that the edit brings.
            made: the wholes that the excerpt makes.
        """
        given = {(fact.id[1], name) for fact in facts for name in BY_NAME[fact.id[0]].names(fact)}
        wanted = given | {(schema, name.rstrip("0123456789")) for schema, name in given}
        raw = {name.encode() for _, name in wanted}
        near = [whole for whole, packed in self.kept.pieces.items() if any(name in packed for name in raw)]
        holders = []
        for whole in near if wanted else ():
            known = [Fact(*row[:4]) for row in self.piece(whole).rows]
            own = {(fact.id[1], name) for fact in known for name in BY_NAME[fact.id[0]].names(fact)}
            if whole not in made and own & wanted:
                holders.append(named(whole))
        self.target(holders)
        return bool(holders)


def named(id: Id) -> Name:
    """The name of a whole, or of a part that has one of its own, as statements speak of it."""
    return (id[1].lower(), id[2].lower()) if len(id) > 2 else ("", id[1].lower())


def alike(one: Name, other: Name) -> bool:
    """Whether two names may mean the same."""
    return one[1] == other[1] and (one[0] == other[0] or not one[0] or not other[0])


def searchable(name: Name) -> str:
    """A name as it stands in SQL, in small letters, without its schema."""
    return name[1].replace('"', '""')
