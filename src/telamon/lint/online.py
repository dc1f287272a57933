"""The safe way: the same change in pieces, each of which lets readers and writers through.

The rules show the pieces, and `--fix` writes them. A partitioned table takes another way than a plain one: its indexes
are built partition by partition, and its foreign keys are validated so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from telamon.lint.look import ALONE, alter, check_name, indexes_below
from telamon.lint.observed import Observed
from telamon.lint.state import Column, Constraint, Index, Relation
from telamon.quote import ident

Where = Literal["here", "alone", "next", "validate", "last"]
"""In the file's transaction; in a file without one; in the transaction after it; at the end, and after that."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Statements and where they are to run."""

    where: Where
    text: str


def told(pieces: Sequence[Piece]) -> str:
    """The pieces as a finding shows them: by files."""
    parts = []
    for number, (where, group) in enumerate(groupby(pieces, lambda piece: piece.where)):
        head = "" if not number else "-- in the next file:\n" if number == 1 else "-- and in the one after it:\n"
        parts.append(head + (ALONE if where == "alone" else "") + "\n".join(piece.text for piece in group))
    return "\n\n".join(parts)


def index(seen: Observed, made: Index) -> list[Piece]:
    """An index that is built while rows are written."""
    hollow, filled = _split(seen, made)
    if not hollow:
        return [Piece("alone", _concurrently(made))]
    return [
        *_pieces("here", (f"{each.text};" for each in hollow)),
        *_pieces("alone", map(_concurrently, filled)),
        *_pieces("next", _attached(seen, made)),
    ]


def key(seen: Observed, made: Constraint) -> list[Piece]:
    """A primary key or unique constraint that adopts an index; nothing where it needs one of another sort."""
    behind = seen.after.relations[made.of].indexes[made.index]
    if behind.method != "btree":
        return []
    hollow, filled = _split(seen, behind)
    if not hollow:
        return [Piece("alone", _concurrently(behind)), Piece("next", _adopted(seen, made, made.name))]
    parts = {each.index: each for each in seen.created(Constraint)}
    only = (f"ALTER TABLE ONLY {seen.name(each.of)} {_add(parts[each.oid])};" for each in hollow)
    adopted = (_adopted(seen, parts[each.oid], each.name) for each in filled)
    return [
        *_pieces("here", only),
        *_pieces("alone", map(_concurrently, filled)),
        *_pieces("next", (*adopted, *_attached(seen, behind))),
    ]


def foreign_key(seen: Observed, made: Constraint) -> list[Piece]:
    """A foreign key that is validated without keeping writers out."""
    if seen.after.relations[made.of].kind != "p":
        return check(seen, made)
    # Before 18 the server takes no NOT VALID for it; one that all partitions have already is only noted.
    leaves = [each for each in seen.after.relations.values() if each.kind == "r" and seen.within(each.oid, made.of)]
    return [
        *_pieces("here", (f"ALTER TABLE {leaf.sql} {_add(made)} NOT VALID;" for leaf in leaves)),
        *_pieces("validate", (f"ALTER TABLE {leaf.sql} VALIDATE CONSTRAINT {ident(made.name)};" for leaf in leaves)),
        Piece("last", f"{alter(seen, made.of)} {_add(made)};"),
    ]


def check(seen: Observed, made: Constraint) -> list[Piece]:
    """A check that is validated without keeping readers and writers out."""
    head, name = alter(seen, made.of), ident(made.name)
    before = seen.before.relations[made.of].constraints.values()
    replaced = f"DROP CONSTRAINT {name}, " if any(each.name == made.name for each in before) else ""
    return [
        Piece("here", f"{head} {replaced}{_add(made)} NOT VALID;"),
        Piece("validate", f"{head} VALIDATE CONSTRAINT {name};"),
    ]


def not_null(table: Relation, column: Column) -> list[Piece]:
    """NOT NULL that a check proves."""
    head, name, proof = f"ALTER TABLE {table.sql}", ident(column.name), check_name(table.name, column.name)
    return [
        Piece("here", f"{head} ADD CONSTRAINT {proof} CHECK ({name} IS NOT NULL) NOT VALID;"),
        Piece("validate", f"{head} VALIDATE CONSTRAINT {proof};"),
        Piece("last", f"{head} ALTER COLUMN {name} SET NOT NULL;\n{head} DROP CONSTRAINT {proof};"),
    ]


def _pieces(where: Where, lines: Iterable[str]) -> Iterator[Piece]:
    """One piece for all of its statements, none for none."""
    if text := "\n".join(lines):
        yield Piece(where, text)


def _split(seen: Observed, made: Index) -> tuple[list[Index], list[Index]]:
    """An index and those of partitions that came with it: those of partitioned tables, and those that hold rows."""
    every = [made, *indexes_below(seen, made)]
    hollow = [each for each in every if seen.after.relations[each.of].kind == "p"]
    return hollow, [each for each in every if each not in hollow]


def _concurrently(made: Index) -> str:
    return f"{made.text.replace('INDEX ', 'INDEX CONCURRENTLY ', 1)};"


def _add(made: Constraint) -> str:
    return f"ADD CONSTRAINT {ident(made.name)} {made.text}"


def _adopted(seen: Observed, made: Constraint, index: str) -> str:
    word = "PRIMARY KEY" if made.type == "p" else "UNIQUE"
    return f"{alter(seen, made.of)} ADD CONSTRAINT {ident(made.name)} {word} USING INDEX {ident(index)}{made.deferral};"


def _attached(seen: Observed, made: Index) -> Iterator[str]:
    """How the indexes of partitions, new ones and those that the server found there, become parts of the whole."""
    above = {each.oid: each for each in (made, *indexes_below(seen, made))}
    found = [after for before, after in seen.altered(Index) if not before.parent]
    for each in (*above.values(), *found):
        if each.parent in above:
            yield f"ALTER INDEX {above[each.parent].sql} ATTACH PARTITION {each.sql};"
