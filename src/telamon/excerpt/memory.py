"""The statements to which a directory was last seen to be equal: what the next edit is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from telamon.catalog.kept import Kept, load_kept
from telamon.catalog.store import key_of, load_value, save_value
from telamon.collector import paused
from telamon.excerpt.statements import Doubt
from telamon.sources.cuts import Cut, cut, recut
from telamon.sources.types import DirectorySource, Source, SqlSource
from telamon.statements import Origin, Statement

if TYPE_CHECKING:
    from telamon.directory import Directory
    from telamon.engine import Engine, Planned
    from telamon.generate import Wishes


@dataclass(frozen=True, slots=True)
class Edited:
    """
    Args:
        planned: the plan of an edit.
        kept: the facts of the whole schema after it.
        after: its files and statements.
    """

    planned: Planned
    kept: Kept
    after: tuple[Cut | Statement, ...]


def plan_edit(engine: Engine, directory: Directory, source: Source, wishes: Wishes) -> Edited | None:
    """The plan of an edit since the last diff; None where the whole schema has to be loaded.

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
    before = [remembered(*item) for item in found[1]]
    from telamon import excerpt

    try:
        with paused():
            after = edited(source, before)
            planned, kept = excerpt.plan_edit(engine, kept, flat(before), replace(source, given=flat(after)), wishes)
    except Doubt:
        return None  # the whole schema decides
    return Edited(planned, kept, after)


def remembered(text: str, path: str, texts: Sequence[str] = (), ends: Sequence[int] | None = None) -> Cut | Statement:
    """A statement, or a file with its statements, as it was saved; lines are not."""
    origin = Origin(path)
    if ends is None:
        return Statement(text, origin)
    return Cut(text, path, tuple([Statement(each, origin) for each in texts]), tuple(ends))


def edited(source: SqlSource, before: Sequence[Cut | Statement]) -> tuple[Cut | Statement, ...]:
    """The files and statements of a source; files are split only where they are not as they were.

    Raises:
        TelamonError: a file does not split.
    """
    known = {item.path: item for item in before if isinstance(item, Cut)}
    found: list[Cut | Statement] = []
    for item in source.given:
        if isinstance(item, Statement):
            found.append(item)
        elif old := known.get(item.path):
            found.append(recut(old, item.text))
        else:
            found.append(cut(item.text, item.path))
    return tuple(found)


def flat(items: Iterable[Cut | Statement]) -> tuple[Statement, ...]:
    """All statements."""
    return tuple(each for item in items for each in (item.statements if isinstance(item, Cut) else (item,)))


def remember(
    engine: Engine, directory: Directory, source: Source, wishes: Wishes, after: Sequence[Cut | Statement] = ()
) -> None:
    """Notes that a directory and a source are equal; the facts of the directory are saved by the engine.

    Args:
        after: the source's files and statements, where it is known already how they are split.
    """
    if fits(source, engine, wishes):
        items = after or [item if isinstance(item, Statement) else source.cuts[item] for item in source.given]
        plain = [
            (item.text, item.origin.path)
            if isinstance(item, Statement)
            else (item.text, item.path, [statement.text for statement in item.statements], item.ends)
            for item in items
        ]
        save_value(_key(engine, source), (directory.chain_key(None), plain))


def fits(source: Source, engine: Engine, wishes: Wishes) -> TypeGuard[SqlSource]:
    """Whether edits of a source can be judged at all."""
    wider = engine.scope.roles or engine.scope.database  # what belongs to the server or to the database as a whole
    whole = wishes.skip or wishes.strict_order or wider or not engine.dev.many
    return isinstance(source, SqlSource) and not source.rows and not whole


def _key(engine: Engine, source: SqlSource) -> str:
    return key_of("edit", engine.dev.identity, engine.scope.key(), source.label, str(source.ordered))
