"""`migrate lint --fix`: files are split so that each statement takes the safe way, where that is known.

What is written leads to the same schema, which is proved before anything is written: the directory is replayed both
ways and the catalogs are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from telamon.directory import Directory, MigrationFile
from telamon.directory.directives import is_archive
from telamon.errors import ProofError, TelamonError
from telamon.lint.judge import Run, judged
from telamon.lint.look import ALONE, check_name, listed
from telamon.lint.observed import Observed
from telamon.lint.select import Selection
from telamon.lint.settings import Settings
from telamon.lint.state import Column, Constraint
from telamon.lint.syntax import concurrent, names
from telamon.quote import ident

Where = Literal["here", "alone", "next", "validate", "last"]
"""In the file's transaction; in a file without one; in the transaction after it; at the end, and after that."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement and where it is to run."""

    where: Where
    text: str


@dataclass(slots=True)
class _Files:
    """Files in the making."""

    done: list[tuple[bool, list[str]]] = field(default_factory=list)

    def add(self, alone: bool, text: str, *, new: bool = False) -> None:
        if new or not self.done or self.done[-1][0] != alone:
            self.done.append((alone, []))
        self.done[-1][1].append(text)


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done.

    Args:
        directory: as it is now.
        selection: the new files as they are now.
        written: (name before, names now) of each file that was split.
    """

    directory: Directory
    selection: Selection
    written: tuple[tuple[str, tuple[str, ...]], ...]


def fix(directory: Directory, selection: Selection, dev_url: str, settings: Settings) -> Fixed:
    """Rewrites the files that can be made safe, proves the result, and seals it.

    Raises:
        ProofError: the result would be another schema; nothing was written.
        TelamonError: there is no room for more versions after a file, or the directory cannot be written.
    """
    runs = {run.file.name: run for run in judged(selection, dev_url, settings)}
    known = {file.name for file in directory.files}
    wanted, written = directory, []
    files: list[tuple[MigrationFile, bool]] = []
    for file, chosen in selection.files:
        run = runs.get(file.name)
        contents = split(run) if run and chosen and file.name in known and not run.report.failure else []
        if not contents:
            files.append((file, chosen))
            continue
        made = _named(wanted, file, contents)
        wanted = wanted.changed(made)
        written.append((file.name, tuple(made)))
        files += [(each, True) for each in wanted.files if each.name in made]
    if not written:
        return Fixed(directory, selection, ())
    _prove(directory, wanted, [name for name, _ in written], dev_url)
    directory = directory.become(wanted)
    return Fixed(directory, replace(selection, files=tuple(files)), tuple(written))


def split(run: Run) -> list[str]:
    """The contents of the files that take the place of one; empty where there is nothing to do."""
    file = run.file
    if is_archive(file.text) or any(each.name == "delimiter" for each in file.directives):
        return []
    found: dict[tuple[int, str], set[str]] = {}
    for finding in run.report.findings:
        found.setdefault((finding.line, finding.statement), set()).add(finding.code)
    pieces = [
        tuple(safe(seen, found.get((seen.statement.origin.line, seen.statement.text), set()))) for seen in run.seen
    ]
    if not any(pieces):
        return []
    files, later, last = _Files(), [], []
    alone = file.tx_mode == "none"
    for seen, made, above in zip(run.seen, pieces, _leads(run), strict=True):
        for piece in made or (Piece("here", seen.statement.text),):
            text = f"{above}{piece.text}\n"
            above = ""
            if piece.where == "validate":
                later.append(text)
            elif piece.where == "last":
                last.append(text)
            else:
                files.add(alone if piece.where == "here" else piece.where == "alone", text, new=piece.where == "next")
    for number, text in enumerate([*later, *last]):
        files.add(False, text, new=number == 0)
    head = "".join(
        f"-- atlas:{each.name} {each.argument}".rstrip() + "\n" for each in file.directives if each.name != "txmode"
    )
    return [f"{head}{ALONE if alone else chr(10) if head else ''}{''.join(texts)}" for alone, texts in files.done]


def _leads(run: Run) -> Iterator[str]:
    """What stands above each statement: comments, those that belong to it and others."""
    lines = run.file.text.splitlines()
    end = max((each.line for each in run.file.directives), default=0)
    for seen in run.seen:
        origin, text = seen.statement.origin, seen.statement.text
        yield "".join(f"{line}\n" for line in lines[end : origin.line - 1] if line.strip())
        end = origin.line + text.count("\n")


def safe(seen: Observed, codes: set[str]) -> Iterator[Piece]:
    """The pieces that take the place of a statement; none where it stays as it is."""
    text = seen.statement.text
    if "PG103" in codes:
        yield Piece("alone", text if text.endswith(";") else f"{text};")
    elif codes & {"PG101", "PG102"} and (made := concurrent(seen.node)):
        yield Piece("alone", f"{made};")
    elif len(names(seen.node)) == 1:
        created = [each for each in seen.created(Constraint) if not each.inherited]
        if len(created) == 1:
            yield from _constraint(seen, created[0], codes)
        elif "PG303" in codes:
            yield from _not_null(seen)


def _constraint(seen: Observed, made: Constraint, codes: set[str]) -> Iterator[Piece]:
    table, name = seen.name(made.of), ident(made.name)
    if codes & {"PG305", "PG306"}:
        yield Piece("here", f"ALTER TABLE {table} ADD CONSTRAINT {name} {made.text} NOT VALID;")
        yield Piece("validate", f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};")
    elif codes & {"PG104", "PG105"} and "PG304" not in codes and "DEFERRABLE" not in made.text:
        index = seen.after.relations[made.of].indexes[made.index]
        yield Piece("alone", f"{index.text.replace('INDEX ', 'INDEX CONCURRENTLY ', 1)};")
        word = "PRIMARY KEY" if made.type == "p" else "UNIQUE"
        yield Piece("next", f"ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {name};")


def _not_null(seen: Observed) -> Iterator[Piece]:
    changed = [after for before, after in seen.altered(Column) if after.not_null and not before.not_null]
    if len(changed) != 1 or (relation := seen.relation(changed[0].of)) is None:
        return
    column = changed[0]
    head, name = f"ALTER TABLE {relation.sql}", listed(seen, column.of, [column.oid])
    check = check_name(relation.name, column.name)
    yield Piece("here", f"{head} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID;")
    yield Piece("validate", f"{head} VALIDATE CONSTRAINT {check};")
    yield Piece("last", f"{head} ALTER COLUMN {name} SET NOT NULL;\n{head} DROP CONSTRAINT {check};")


def _named(directory: Directory, file: MigrationFile, contents: Sequence[str]) -> dict[str, bytes]:
    """Names for files that take the place of one: its own, and versions between it and the next."""
    made = {file.name: contents[0].encode()}
    following = next((each for each in directory.files if each.name > file.name), None)
    version = file.version
    for number, content in enumerate(contents[1:], 2):
        version = str(int(version) + 1).zfill(len(version)) if version.isdecimal() else f"{version}x"
        name = f"{version}_{file.description or 'part'}_{number}.sql"
        if len(version) > len(file.version) + (0 if file.version.isdecimal() else number) or (
            following and (name >= following.name or version >= following.version)
        ):
            raise TelamonError(
                f"There is no room for {len(contents)} files in the place of {file.name}",
                where=file.path,
                why=f"{following.name} follows." if following else "Its version cannot be counted on.",
                do="Give what follows later versions first: telamon migrate rebase VERSION.",
            )
        made[name] = content.encode()
    return made


def _prove(directory: Directory, wanted: Directory, names: Sequence[str], dev_url: str) -> None:
    """Raises where the two lead to different schemas.

    The files that were split run without a transaction here: what cannot run in one may stand in them.
    """
    from telamon.engine import open_engine
    from telamon.generate import EVERYTHING
    from telamon.history.states import difference, reached

    before = {file.name: ALONE.encode() + file.content for file in directory.files if file.name in names}
    loose = directory.changed(before)
    with open_engine(dev_url, EVERYTHING) as engine:
        left = difference(reached(engine, loose), reached(engine, wanted))
    if left:
        raise ProofError(
            "What --fix would write leads to another schema; nothing was written",
            where=directory.path,
            why=left,
            do="Rewrite the files by hand, as the findings say, and report this: it is a bug of Telamon's.",
        )
