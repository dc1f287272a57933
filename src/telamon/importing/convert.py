"""Foreign migrations as files of a migration directory."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from telamon.apply.preflight import effect
from telamon.directory import MigrationFile, file_name
from telamon.errors import UsageError
from telamon.history.syntax import command_of
from telamon.importing.types import Foreign, Found

_MOST_NAME = 120


def convert(found: Found, *, keep_down: bool = False) -> dict[str, bytes]:
    """Content by name, in the order in which the other tool runs them.

    What has no statements is left out, and said in `found.notes`.

    Args:
        keep_down: keep the ways back, in archives (`atlas:txtar`), which only Telamon runs as they are meant.

    Raises:
        UsageError: two have one version, or none has a statement.
        CheckError, TelamonError: a text cannot be split into statements.
    """
    files: dict[str, bytes] = {}
    for one, other in itertools.pairwise(found.migrations):
        if one.version == other.version:
            where = f"{one.origin}\n{other.origin}"
            raise UsageError("Two migrations have one version", where=where, do="Give one of them another number.")
    for version, each in zip(versions(found.migrations), found.migrations, strict=True):
        name = file_name(version, described(each.description))
        text, transactional = without_frame(each)
        statements = MigrationFile(name, each.origin, text.encode()).statements()
        if not statements:
            found.notes.append(f"{each.origin} has no statements and is left out")
            continue
        directives = ["-- atlas:checkpoint"] if each.checkpoint else []
        # Some tools send a file as one message: of a single statement that is no transaction to the server.
        alone = any(effect(statement.text).stands_alone for statement in statements)
        directives += [] if transactional and each.transactional and not alone else ["-- atlas:txmode none"]
        head = "".join(f"{line}\n" for line in directives)
        text = text.strip("\n") + "\n"
        if keep_down and each.down.strip():
            text = f"-- atlas:txtar\n{head}\n-- migration.sql --\n{text}-- down.sql --\n{each.down.strip()}\n"
        elif head:
            text = f"{head}\n{text}"
        MigrationFile(name, each.origin, text.encode()).check()
        files[name] = text.encode()
    if not files:
        raise UsageError("There is nothing to convert", where="\n".join(found.notes), why="No file has a statement.")
    return files


def versions(migrations: Sequence[Foreign]) -> list[str]:
    """A version for each, so that the order of names is the order given, and new timestamps come after all of them.

    Those of the other tool stay where they do that; else their numbers are filled up with zeros.
    """
    written = [each.written for each in migrations]
    names = [f"{version}_" for version in written]
    apart = all(one < other for one, other in itertools.pairwise(names))
    if apart and all(each.isdigit() and (each < "2" or (len(each) in (8, 14) and each[0] == "2")) for each in written):
        return written
    parts = max((len(each.version) for each in migrations), default=1)
    filled = [each.version + (0,) * (parts - len(each.version)) for each in migrations]
    widths = [max(len(str(version[place])) for version in filled) for place in range(parts)] if filled else []
    if filled and len(str(filled[-1][0])) < 14 and max(f"{version[0]:0{widths[0]}}" for version in filled) >= "2":
        widths[0] += 1
    return [".".join(f"{number:0{width}}" for number, width in zip(version, widths, strict=True)) for version in filled]


def described(description: str) -> str:
    """A description that can be part of a file name."""
    cleaned = "".join(char if char.isalnum() or char in "_-." else "_" for char in description)
    return cleaned.strip("_")[:_MOST_NAME]


def without_frame(each: Foreign) -> tuple[str, bool]:
    """The text without a BEGIN and a COMMIT around all of it; and False where it has others, and so its own way."""
    statements = MigrationFile("x.sql", each.origin, each.up.encode()).statements()
    at = [index for index, statement in enumerate(statements) if command_of(statement) == "transaction_stmt"]
    if not at:
        return each.up, True
    lines = each.up.split("\n")
    if at == [0, len(statements) - 1]:
        for index in at:
            number = statements[index].origin.line - 1
            lines[number] = lines[number].replace(statements[index].text, "", 1)
        text = "\n".join(lines)
        left = MigrationFile("x.sql", each.origin, text.encode()).statements()
        if [one.text for one in left] == [one.text for one in statements[1:-1]]:
            return text, True
    return each.up, False
