"""Saying what is wrong between a migration directory and its sum file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telamon.directory.sumfile import MARK, SUM_FILE, Chain, Entry, SumFile
from telamon.errors import CheckError

if TYPE_CHECKING:
    from telamon.directory.directory import Directory

_ATTRIBUTES = "*.sql text eol=lf"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between the sum file and the directory, with the fields of Atlas's record.

    Args:
        line: in the sum file, counted from 1.
        total: how many files the sum file lists.
        pos: byte offset of that line in the sum file.
        file: the file in question.
        reason: `edited`, `added` or `removed`.
    """

    line: int
    total: int
    pos: int
    file: str
    reason: str


class SumError(CheckError):
    """The sum file and the directory do not agree.

    Args:
        what: in Atlas's words: `checksum file not found`, `checksum file format invalid` or `checksum mismatch`.
        difference: the first one, where one can be named.
    """

    def __init__(
        self, what: str, difference: Difference | None = None, *, where: str = "", why: str = "", do: str = ""
    ) -> None:
        super().__init__(what, where=where, why=why, do=do)
        self.difference = difference


def parse(content: bytes) -> tuple[SumFile, str]:
    """Reads a sum file; returns what it lists and the total its first line claims.

    Raises:
        ValueError: a line is malformed; the argument is its number, counted from 1.
    """
    lines = content.decode(errors="replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    lines = [line.removesuffix("\r") for line in lines] or [""]
    entries = []
    for number, line in enumerate(lines[1:], 2):
        name, mark, digest = line.partition(MARK)
        if not mark:
            raise ValueError(number)
        entries.append(Entry(name.strip(), digest))
    return SumFile(tuple(entries)), lines[0].removeprefix(MARK)


def compare(listed: SumFile, computed: SumFile) -> Difference | None:
    """The first difference between what is listed and what is there, None if there is none."""
    total = len(listed.entries)
    present = {entry.name for entry in computed.entries}
    pos = len(MARK) + len(computed.total) + 1
    for index, entry in enumerate(listed.entries):
        here = computed.entries[index] if index < len(computed.entries) else None
        if entry != here:
            if entry.name not in present:
                return Difference(index + 2, total, pos, entry.name, "removed")
            if here is None or here.name == entry.name:
                return Difference(index + 2, total, pos, entry.name, "edited")
            return Difference(index + 2, total, pos, here.name, "added")
        pos += len(f"{entry.name} {MARK}{entry.hash}\n".encode())
    if len(computed.entries) > total:
        return Difference(total + 2, total, pos, computed.entries[total].name, "added")
    return None


def verify(directory: Directory) -> None:
    """Compares a directory with its sum file.

    Raises:
        SumError: they differ; with the first difference.
    """
    sum_path = f"{directory.path}/{SUM_FILE}"
    rehash = f"telamon migrate hash --dir {directory.path}"
    if directory.sum_content is None:
        if directory.files:
            raise SumError(
                "checksum file not found",
                where=sum_path,
                why="The directory has migrations, and nothing seals them.",
                do=f"If they are as they should be, seal them: `{rehash}`.",
            )
        return
    _refuse_conflict(directory.sum_content, sum_path, rehash)
    try:
        listed, claimed = parse(directory.sum_content)
    except ValueError as error:
        raise SumError(
            "checksum file format invalid",
            where=f"{sum_path}:{error.args[0]}",
            why="A line is `<file> h1:<hash>`; this one is not.",
            do=f"Restore the file from version control, or seal the directory anew: `{rehash}`.",
        ) from None
    difference = compare(listed, directory.computed)
    if difference is None and claimed == listed.total:
        return
    if difference is None or (claimed != listed.total and difference.reason == "added"):
        raise SumError(
            "checksum mismatch",
            difference,
            where=f"{sum_path}:1",
            why="Line 1 seals the lines below it and does not fit them: the sum file was cut short, merged or edited."
            + (f"\nThe first file it does not know is {difference.file}." if difference else ""),
            do=f"Restore it from version control; if the migrations are as they should be, run `{rehash}`.",
        )
    why, do = _explain(directory, listed, difference, rehash)
    raise SumError(
        f"checksum mismatch: {difference.file} was {difference.reason}",
        difference,
        where=f"{sum_path}:{difference.line}",
        why=why,
        do=do,
    )


def _explain(directory: Directory, listed: SumFile, difference: Difference, rehash: str) -> tuple[str, str]:
    """Why the first difference is there, and what to do about it."""
    if difference.reason == "added":
        last = directory.files and directory.files[-1].name == difference.file
        why = "It is in the directory and not in the sum file" + (", after all that are listed." if last else ".")
        if not last:
            why += " It stands before files that are listed: databases that have those will not get it in this order."
        return why, f"If it belongs there, seal it: `{rehash}`. If not, remove it."
    index = difference.line - 2
    wanted = listed.entries[index].hash
    before = {entry.name for entry in listed.entries[:index]}
    chain = Chain()
    for file in directory.files:
        if file.name in before or (file.ignored and file.name < difference.file):
            chain.add(file.name, file.content)
    if difference.reason == "removed":
        for file in directory.files:
            if chain.would_be(difference.file, file.content) == wanted:
                return (
                    f"{file.name} has exactly its content: it was renamed.",
                    f"Rename it back to {difference.file}, or, if no database has it yet, run `{rehash}`.",
                )
        ignored = any(file.name == difference.file for file in directory.files)
        return (
            "It says `atlas:sum ignore` now." if ignored else "The sum file lists it and it is not in the directory.",
            f"Restore it from version control; if it was never applied to a database, run `{rehash}`.",
        )
    content = next(file.content for file in directory.files if file.name == difference.file)
    for original, why, do in _harmless_edits(content):
        if chain.would_be(difference.file, original) == wanted:
            return why, do
    return (
        "Its content is not the one that was sealed.",
        "If it was applied anywhere, restore it from version control and put the change into a new migration.\n"
        f"If not, seal it anew: `{rehash}`.",
    )


def _harmless_edits(content: bytes) -> list[tuple[bytes, str, str]]:
    """What programs do to files unasked: the content as it may have been before, why, and what to do."""
    as_lf = content.replace(b"\r\n", b"\n")
    keep = (
        f"Add the line `{_ATTRIBUTES}` to .gitattributes, so that git leaves line ends alone, and check the files out"
    )
    restore = "Restore it from version control."
    return [
        (as_lf, "Only its line ends changed: LF became CRLF, as git or an editor does on Windows.", f"{keep} again."),
        (
            as_lf.replace(b"\n", b"\r\n"),
            "Only its line ends changed: it was sealed with CRLF and has LF now.",
            f"Seal it with LF: run `telamon migrate hash`. {keep} again elsewhere.",
        ),
        (content.removesuffix(b"\n"), "Only a line end was added at its end, as many editors do.", restore),
        (content + b"\n", "Only the line end at its end was removed.", restore),
        (content.removeprefix(b"\xef\xbb\xbf"), "Only a byte order mark was put before it.", restore),
    ]


def _refuse_conflict(content: bytes, sum_path: str, rehash: str) -> None:
    """A git merge conflict in the sum file is wanted: it says that two branches added migrations side by side."""
    lines = content.decode(errors="replace").splitlines()
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("<<<<<<< ")]
    if not starts:
        return
    listed = [{line.partition(" h1:")[0] for line in side.decode().splitlines()[1:]} for side in sides_of(content)]
    ours, theirs = listed[0] - listed[1], listed[1] - listed[0]
    names = [f"{who}: {', '.join(sorted(files))}" for who, files in (("ours", ours), ("theirs", theirs)) if files]
    raise SumError(
        "atlas.sum has a git merge conflict",
        where=f"{sum_path}:{starts[0]}",
        why="\n".join(["Two branches added or changed migrations independently.", *names]),
        do="Keep the migrations of both. `telamon migrate rebase --dir "
        f"{sum_path.removesuffix('/' + SUM_FILE)}` gives those that are not merged yet\nnewer versions, replays the "
        f"directory and seals it. By hand: rename them, then run `{rehash}`.",
    )


def sides_of(content: bytes) -> tuple[bytes, ...]:
    """A sum file as it is, or where git left a conflict in it, as it was on our side and on theirs."""
    lines = content.decode(errors="replace").splitlines()
    if not any(line.startswith("<<<<<<< ") for line in lines):
        return (content,)
    ours: list[str] = []
    theirs: list[str] = []
    takes = {"": (ours, theirs), "<": (ours,), "=": (theirs,), "|": (), ">": (ours, theirs)}
    side = ""
    for line in lines:
        if line[:7] in ("<<<<<<<", "|||||||", "=======", ">>>>>>>"):
            side = line[0]
            continue
        for taker in takes[side]:
            taker.append(line)
    return tuple("".join(f"{line}\n" for line in each).encode() for each in (ours, theirs))


def unsealed(directory: Directory) -> tuple[Difference, ...]:
    """The first file of each side of the sum file that is not as it was sealed: edited, or removed.

    Files that no side lists are not among them, nor is it asked whether the sides fit together.

    Raises:
        ValueError: the sum file cannot be read, or was cut short.
    """
    if directory.sum_content is None:
        return ()
    found: list[Difference] = []
    for side in sides_of(directory.sum_content):
        listed, claimed = parse(side)
        if claimed != listed.total:
            raise ValueError(1)
        names = {entry.name for entry in listed.entries}
        # An ignored file is in no list and yet in the chain, if it was there when the list was made.
        others = [file.name for file in directory.files if file.name not in names]
        ignored = [file.name for file in directory.files if file.ignored]
        alone = [directory.changed({}, gone) for gone in ([n for n in others if n not in ignored], others)]
        differences = [compare(listed, each.computed) for each in alone]
        if None not in differences and differences[0] not in found:
            found += filter(None, differences[:1])
    return tuple(found)
