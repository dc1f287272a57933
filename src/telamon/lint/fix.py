"""`migrate lint --fix`: files are split so that each statement takes the safe way, where that is known.

What is written leads to the same schema, which is proved before anything is written: the directory is replayed both
ways and the catalogs are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from telamon.directory import Directory, MigrationFile
from telamon.directory.directives import is_archive
from telamon.errors import ProofError, TelamonError
from telamon.lint import online
from telamon.lint.judge import Run, judged
from telamon.lint.look import ALONE
from telamon.lint.observed import Observed
from telamon.lint.online import Piece
from telamon.lint.select import Selection
from telamon.lint.settings import Settings
from telamon.lint.state import Column, Constraint, Index
from telamon.lint.syntax import concurrent, names


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


def safe(seen: Observed, codes: set[str]) -> Iterable[Piece]:
    """The pieces that take the place of a statement; none where it stays as it is."""
    text = seen.statement.text
    if "PG103" in codes:
        return [Piece("alone", text if text.endswith(";") else f"{text};")]
    if codes & {"PG101", "PG102"}:
        return _concurrent(seen)
    if len(names(seen.node)) != 1:
        return []
    created = [each for each in seen.created(Constraint) if not each.inherited]
    if len(created) == 1:
        return _constraint(seen, created[0], codes)
    changed = [after for before, after in seen.altered(Column) if after.not_null and not before.not_null]
    changed = [column for column in changed if not seen.handed_down(column.of)]
    if "PG303" in codes and len(changed) == 1:
        return online.not_null(seen.after.relations[changed[0].of], changed[0])
    return []


def _concurrent(seen: Observed) -> list[Piece]:
    """As it was written, with CONCURRENTLY; an index of a partitioned table in the way of those."""
    made = [each for each in seen.created(Index) if not each.inherited]
    parted = any(seen.after.relations[each.of].kind == "p" for each in (*made, *seen.dropped(Index)))
    if parted:
        return online.index(seen, made[0]) if seen.command == "index_stmt" else []
    text = concurrent(seen.node)
    return [Piece("alone", f"{text};")] if text else []


def _constraint(seen: Observed, made: Constraint, codes: set[str]) -> list[Piece]:
    if "PG305" in codes:
        return online.check(seen, made)
    if "PG306" in codes:
        return online.foreign_key(seen, made)
    # A key that a partition had of its own makes its columns NOT NULL of its own: another schema.
    parted = made.type == "p" and seen.after.relations[made.of].kind == "p"
    return online.key(seen, made) if codes & {"PG104", "PG105"} and "PG304" not in codes and not parted else []


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
