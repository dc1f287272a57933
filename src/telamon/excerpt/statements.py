"""The statements of a schema before and after an edit, and what is different."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from telamon.excerpt import syntax
from telamon.sources.units import is_setting, keywords
from telamon.statements import Statement

SEPARATOR = "\n;\n"
NAMED = (
    "create table ", "create index ", "create unique index ", "create view ", "create or replace ", "create function ",
    "create policy ", "create trigger ", "create type ", "create schema ", "create sequence ", "create domain ",
    "create extension ", "create materialized view ", "alter table ", "alter sequence ", "alter function ",
    "alter type ", "comment on ", "insert into ",
)  # fmt: skip
"""How statements begin that touch nothing but what they name, or rows."""
PLAIN = ("CREATE", "ALTER", "COMMENT", "SECURITY", "COPY", "INSERT", "UPDATE", "DELETE")
"""Words with which such statements begin, except for those that follow."""

QUALIFIED = re.compile(r'"?\."?([\w$]+)')
"""What follows a name that says where another stands."""
QUALIFIER = re.compile(r'(?:(?<!")"([^"]+)"|(?<![\w$"])([\w$]+))\."?\Z')
"""What stands before a name that is said to stand in it."""
LONGEST = 130
"""Characters of a qualifier, in quotes; a longer one is not recognised as such."""


class Doubt(Exception):
    """Something that cannot be judged from a part of the schema; it is loaded as a whole then."""


class Text:
    """The statements of one side, searchable.

    Args:
        statements: in order.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        small = [statement.text.lower() for statement in statements]
        self.small = SEPARATOR.join(small)
        self.starts = list(accumulate((len(text) + len(SEPARATOR) for text in small), initial=0))
        others = [at for at, text in enumerate(small) if not (text.startswith(NAMED) or _is_plain_grant(text))]
        self.others = {at: keywords(statements[at].text) for at in others}
        """The statements that may do more than they say, with their first words."""
        settings = {at for at, words in self.others.items() if is_setting(statements[at], words)}
        wide = {at for at, words in self.others.items() if _is_wide(words, small[at])}
        self.always = settings | wide
        """Those that count wherever they stand: settings, and privileges of whatever a schema holds or will hold."""

    def words(self, at: int) -> set[str]:
        """The words of a statement, in small letters."""
        return syntax.words_of(self.statements[at].text)

    def naming(self, name: str, members: Set[str] = frozenset(), elsewhere: Set[str] = frozenset()) -> Iterator[int]:
        """The statements in whose text a name stands.

        Args:
            members: what stands in a schema of that name, if there is one: before these it does not count.
            elsewhere: schemas in which it is another name.
        """
        found = -1
        for at in syntax.hits(self.small, name):
            index = bisect_right(self.starts, at) - 1
            if index == found:
                continue
            if members and (follows := QUALIFIED.match(self.small, at + len(name))) and follows[1] in members:
                continue
            before = QUALIFIER.search(self.small, max(0, at - LONGEST), at) if elsewhere else None
            if before and (before[1] or before[2]) in elsewhere:
                continue
            found = index
            yield index


@dataclass(frozen=True, slots=True)
class Edit:
    """What differs: the places, on either side, of statements that the other side does not have."""

    removed: tuple[int, ...]
    added: tuple[int, ...]


def edit_between(old: Sequence[Statement], new: Sequence[Statement]) -> Edit:
    """What was edited.

    Raises:
        Doubt: statements changed places, or stand there twice.
    """
    before = [(each.origin.path, each.text) for each in old]
    after = [(each.origin.path, each.text) for each in new]
    start, end, shorter = 0, 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    mine, theirs = set(before[start : len(before) - end]), set(after[start : len(after) - end])
    removed = [at for at in range(start, len(before) - end) if before[at] not in theirs]
    added = [at for at in range(start, len(after) - end) if after[at] not in mine]
    gone, come = set(removed), set(added)
    kept = [before[at] for at in range(start, len(before) - end) if at not in gone]
    if kept != [after[at] for at in range(start, len(after) - end) if at not in come]:
        raise Doubt("statements changed places")
    return Edit(tuple(removed), tuple(added))


def harmless(text: Text, since: int) -> None:
    """Raises Doubt where a statement may reach things that it does not name, or that are made later.

    Args:
        since: the first place that counts: what stands above an edit does not see it.
    """
    for at, words in text.others.items():
        first, second = [*words, "", ""][:2]
        if first in ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT"):
            raise Doubt("the schema controls transactions")
        if (first, second) == ("CREATE", "EVENT"):
            raise Doubt("an event trigger may do anything")
        if at >= since and first not in (*PLAIN, "GRANT", "REVOKE") and at not in text.always:
            raise Doubt(f"{first} {second} may reach what it does not name")


def _is_plain_grant(small: str) -> bool:
    """Whether a statement is about the privileges of what it names, and of nothing else."""
    return small.startswith(("grant ", "revoke ")) and not ("all" in small and "schema" in small)


def _is_wide(words: Sequence[str], small: str) -> bool:
    """Whether a statement is about the privileges of whatever is there, or is yet to come."""
    if words[:2] == ("ALTER", "DEFAULT"):
        return True
    return words[:1] in (("GRANT",), ("REVOKE",)) and not _is_plain_grant(small) and syntax.names_all(small)
