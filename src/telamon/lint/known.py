"""The base state of a history as an earlier run read it: loaded from the cache, and taken apart only where it is used.

What is saved holds OIDs, so it is good for one template only. A mark that the server counts over its own tables tells
whether the database at hand is a copy of that one.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from telamon.catalog.store import key_of, load_value, save_value
from telamon.lint import state as states
from telamon.lint.state import PARTS, THINGS, Connection, Relation, State, Thing, read_state

Made = TypeVar("Made")

_MARK = """
SELECT pg_catalog.concat_ws(' ', pg_catalog.current_setting('search_path'),
  (SELECT sum(pg_catalog.hashtextextended(relname, oid::int8 + relnamespace::int8 * 31 + relfilenode::int8 * 65537))
     FROM pg_catalog.pg_class WHERE oid >= 16384),
  (SELECT max(oid) FROM pg_catalog.pg_type), (SELECT max(oid) FROM pg_catalog.pg_constraint),
  (SELECT max(oid) FROM pg_catalog.pg_proc), (SELECT max(oid) FROM pg_catalog.pg_trigger),
  (SELECT max(oid) FROM pg_catalog.pg_enum), (SELECT max(oid) FROM pg_catalog.pg_policy),
  (SELECT max(oid) FROM pg_catalog.pg_extension), (SELECT max(oid) FROM pg_catalog.pg_namespace))
"""


class Lazy(Mapping[int, Made]):
    """Facts by OID that are taken out of their bytes when somebody looks.

    Args:
        kind: what is made of each row.
        content: the rows, pickled.
    """

    __slots__ = ("_content", "_found", "_kind")

    def __init__(self, kind: type[Made], content: bytes) -> None:
        self._kind, self._content = kind, content
        self._found: dict[int, Made] | None = None

    def _all(self) -> dict[int, Made]:
        if self._found is None:
            self._found = {row[0]: self._kind(*row[1]) for row in pickle.loads(self._content)}
        return self._found

    def __getitem__(self, key: int) -> Made:
        return self._all()[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def base_state(connection: Connection, key: str) -> State:
    """What a database in the base state holds: as it was saved, else read and saved.

    Args:
        key: what decides what the database holds.
    """
    [[mark]] = connection.execute(_MARK.encode()).fetchall()
    code = os.stat(Path(states.__file__))
    name = key_of("lint", key, mark, f"{code.st_size} {code.st_mtime_ns}")
    saved = load_value(name)
    if saved is not None:
        return _loaded(saved)
    state = read_state(connection)
    save_value(name, _saved(state))
    return state


def _saved(state: State) -> tuple[Any, ...]:
    heads = [tuple(getattr(each, name) for name in _HEAD) for each in state.relations.values()]
    parts = [
        {oid: _packed(getattr(each, name)) for oid, each in state.relations.items() if getattr(each, name)}
        for name, _, _ in PARTS
    ]
    return heads, parts, {kind: _packed(things) for kind, things in state.things.items()}, dict(state.owners)


_HEAD = tuple(name for name in Relation.__slots__ if name not in {part for part, _, _ in PARTS})


def _packed(facts: Mapping[int, Any]) -> bytes:
    rows = [(oid, tuple(getattr(fact, name) for name in type(fact).__slots__)) for oid, fact in facts.items()]
    return pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)


def _loaded(saved: tuple[Any, ...]) -> State:
    heads, parts, things, owners = saved
    kinds = [(kind, contents) for (_, kind, _), contents in zip(PARTS, parts, strict=True)]
    relations = {
        head[0]: Relation(
            *head, *({} if (found := contents.get(head[0])) is None else Lazy(kind, found) for kind, contents in kinds)
        )
        for head in heads
    }
    return State(relations, {kind: Lazy(Thing, things[kind]) for kind in THINGS}, owners)
