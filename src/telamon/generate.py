"""New migrations. Imports nothing heavy, so that a run that finds nothing to do starts neither driver nor server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from telamon.catalog.store import is_noted, key_of, note
from telamon.directory import Directory, file_name
from telamon.scope import Scope
from telamon.sources.types import DatabaseSource, DirectorySource, Source, SqlText

if TYPE_CHECKING:
    from telamon.diff.renames import Rename
    from telamon.engine import Planned
    from telamon.plan import Plan

Ask = Callable[["Sequence[Rename]"], "Sequence[Rename]"]
"""Shows rename candidates and returns those that are renames."""

EVERYTHING = Scope()


@dataclass(frozen=True)
class Wishes:
    """What a person says of a plan beforehand.

    Args:
        renames: as `--rename` takes them.
        no_rename: whether the candidates are no renames.
        using: `column:t.c=expression`.
        ask: how to ask about candidates; None where nobody can be asked.
        required: whether candidates without an answer are an error.
        skip: changes that are left out, as atlas.hcl names them: `drop_table`.
        concurrently: `create` and `drop` of indexes that is not to block writes.
        strict_order: whether a table whose columns stand in another order is rebuilt.
    """

    renames: tuple[str, ...] = ()
    no_rename: bool = False
    using: tuple[str, ...] = ()
    ask: Ask | None = None
    required: bool = False
    skip: tuple[str, ...] = ()
    concurrently: frozenset[str] = frozenset()
    strict_order: bool = False


NO_WISHES = Wishes()


def source_key(source: Source) -> str:
    """Names the content of a source; "" for a database, whose content can change at any time."""
    if isinstance(source, DatabaseSource):
        return ""
    if isinstance(source, DirectorySource):
        return "directory " + Directory.read(source.path, missing_ok=True).chain_key(source.version)
    state = hashlib.sha256(b"ordered" if source.ordered else b"unordered")
    for item in (*source.given, *source.data):
        if isinstance(item, SqlText):
            state.update(b"\1" + item.text.encode() + b"\0")
        else:
            state.update(b"\2" + item.text.encode() + b"\0")
    return "source " + state.hexdigest()


@dataclass(frozen=True)
class Written:
    """What `migrate diff` did.

    Args:
        file: the new file's path, None when there was nothing to do.
    """

    file: str | None
    planned: Planned | None = None
    warnings: tuple[str, ...] = field(default=())


def migrate_diff(
    directory: Directory,
    source: Source,
    name: str,
    *,
    dev: str = "embedded",
    scope: Scope = EVERYTHING,
    wishes: Wishes = NO_WISHES,
    consent: Callable[[Plan], bool] = lambda plan: True,
    check: bool = False,
) -> Written:
    """Writes the migration that leads from a directory to a source, proved and sealed.

    Args:
        consent: called before writing a plan that loses data; False stops.
        check: write nothing, whatever the plan is.

    Raises:
        CheckError: the directory is not as its sum file says, or does not replay.
        TelamonError: the source does not load, the plan cannot be made or proved, the file cannot be written.
    """
    directory.check()
    scope = scope.towards(source)
    key = ""
    about = (
        "equal",
        dev,
        scope.key(),
        source_key(source),
        *wishes.skip,
        *(["strict order"] if wishes.strict_order else []),
    )
    if not isinstance(source, DatabaseSource):
        # Nothing of the server is asked: a directory and a source that were found equal once are equal.
        key = key_of(*about, directory.chain_key(None))
        if is_noted(key):
            return Written(None)
    from telamon.catalog.kept import save_kept
    from telamon.engine import open_engine, plan_between
    from telamon.excerpt.memory import plan_edit, remember

    wishes = replace(wishes, ask=once(wishes.ask) if wishes.ask else None)
    here = DirectorySource(Path(directory.path), None)
    with open_engine(dev, scope) as engine:
        engine.dev.prepare()
        edited = plan_edit(engine, directory, source, wishes)
        planned = edited.planned if edited else plan_between(engine, here, source, wishes)
        after = edited.after if edited else ()
        if not planned.plan:
            remember(engine, directory, source, wishes, after)
            if key:
                note(key)
            return Written(None, planned)
        if check or (planned.plan.losses and not consent(planned.plan)):
            return Written(None, planned)
        file = write_plan(directory, name, planned)
        directory = Directory.read(directory.path)
        # The next diff begins here; what this plan led to was read already.
        engine.found.clear()
        if edited:
            save_kept(engine.key(here), edited.kept)
        elif planned.proof:
            engine.found[engine.key(here)] = planned.proof.reached
        remember(engine, directory, source, wishes, after)
        if key:
            note(key_of(*about, directory.chain_key(None)))
    return Written(file, planned)


def once(ask: Ask) -> Ask:
    """Asks each question only once."""
    answers: dict[tuple[Rename, ...], Sequence[Rename]] = {}

    def answer(found: Sequence[Rename]) -> Sequence[Rename]:
        if tuple(found) not in answers:
            answers[tuple(found)] = ask(found)
        return answers[tuple(found)]

    return answer


def write_plan(directory: Directory, name: str, planned: Planned) -> str:
    """Adds a plan to a directory as a new file; returns its path."""
    created = file_name(directory.new_version(), name)
    directory.write(created, plan_text(planned).encode())
    return f"{directory.path}/{created}"


def plan_text(planned: Planned) -> str:
    """A plan as a migration file, with the directive that it needs."""
    text = planned.plan.sql()
    if planned.proof and not planned.proof.transactional:
        text = f"-- atlas:txmode none\n\n{text}"
    return text
