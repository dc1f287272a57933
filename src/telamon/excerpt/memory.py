"""The statements to which a directory was last seen to be equal: what the next edit is compared with."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from telamon.catalog.store import Kept, key_of, load_kept, load_value, save_value
from telamon.excerpt.statements import Doubt
from telamon.sources.types import DirectorySource, Source, SqlSource
from telamon.statements import Origin, Statement

if TYPE_CHECKING:
    from telamon.directory import Directory
    from telamon.engine import Engine, Planned
    from telamon.generate import Wishes


def plan_edit(engine: Engine, directory: Directory, source: Source, wishes: Wishes) -> tuple[Planned, Kept] | None:
    """The plan of an edit since the last diff, and the facts after it; None where the whole schema has to be loaded.

    Raises:
        UsageError: renames are not decided.
    """
    if not fits(source, engine, wishes):
        return None
    found = load_value(_key(engine, source))
    if found is None or found[0] != directory.chain_key(None):
        return None
    kept = load_kept(engine.key(DirectorySource(Path(directory.path), None)))
    if kept is None:
        return None
    before = [Statement(text, Origin(path)) for path, texts in found[1] for text in texts]
    from telamon import excerpt

    try:
        return excerpt.plan_edit(engine, kept, before, source, wishes)
    except Doubt:
        print("DOUBT", __import__("sys").exc_info()[1])
        return None


def remember(engine: Engine, directory: Directory, source: Source, wishes: Wishes) -> None:
    """Notes that a directory and a source are equal; the facts of the directory are saved by the engine."""
    if fits(source, engine, wishes):
        files = [
            (path, [statement.text for statement in statements])
            for path, statements in groupby(source.statements, lambda statement: statement.origin.path)
        ]
        save_value(_key(engine, source), (directory.chain_key(None), files))


def fits(source: Source, engine: Engine, wishes: Wishes) -> TypeGuard[SqlSource]:
    """Whether edits of a source can be judged at all."""
    whole = wishes.skip or wishes.strict_order
    return isinstance(source, SqlSource) and not source.rows and engine.dev.many and not whole


def _key(engine: Engine, source: SqlSource) -> str:
    return key_of("statements", engine.dev.identity, engine.scope.key(), source.label, str(source.ordered))
