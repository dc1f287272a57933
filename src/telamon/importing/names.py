"""Tools whose file names say all: golang-migrate and Flyway."""

from __future__ import annotations

import os
import re

from telamon.errors import UsageError
from telamon.importing.texts import read
from telamon.importing.types import Foreign, Found

_GOLANG = re.compile(r"([0-9]+)_(.*)\.(up|down)\.sql")
_FLYWAY = re.compile(r"([VUB])([0-9]+(?:[._][0-9]+)*)__(.+)\.sql")
_REPEATABLE = re.compile(r"R__(.+)\.sql")
_PLACEHOLDER = re.compile(r"\$\{[\w:.]+\}")


def read_golang(path: str) -> Found:
    """golang-migrate: `VERSION_TITLE.up.sql` and `.down.sql`, ordered by number.

    It sends a file to the server as one message, which PostgreSQL runs as one transaction.
    """
    ups: dict[str, tuple[str, str]] = {}
    downs: dict[str, str] = {}
    for name in sorted(os.listdir(path)):
        if match := _GOLANG.fullmatch(name):
            if match[3] == "down":
                downs[match[1]] = read(f"{path}/{name}")
            else:
                ups[match[1]] = (match[2], f"{path}/{name}")
    found = [
        Foreign((int(version),), version, title, read(file), downs.get(version, ""), origin=file)
        for version, (title, file) in ups.items()
    ]
    return Found(sorted(found, key=lambda each: each.version))


def read_flyway(path: str) -> Found:
    """Flyway: versioned `V`, undo `U`, baseline `B` and repeatable `R` files, in folders too.

    The last baseline stands for the versions up to its own. Repeatable files come last, by description.

    Raises:
        UsageError: a placeholder, which only Flyway's configuration can fill; a migration in Java.
    """
    found, undo, repeatable = Found(), {}, []
    for folder, _, names in sorted(os.walk(path)):
        for name in sorted(names):
            file = f"{folder}/{name}"
            if name.startswith("V") and name.endswith((".java", ".class", ".kt")):
                raise UsageError("A migration in Java cannot be converted", where=file, do="Write it as SQL first.")
            if match := _FLYWAY.fullmatch(name):
                version = tuple(int(part) for part in re.split("[._]", match[2]))
                if match[1] == "U":
                    undo[version] = _filled(file)
                    continue
                each = Foreign(
                    version, match[2], match[3], _filled(file), "", _in_transaction(file), match[1] == "B", file
                )
                found.migrations.append(each)
            elif match := _REPEATABLE.fullmatch(name):
                repeatable.append((match[1], file))
    bases = [each for each in found.migrations if each.checkpoint]
    base = max(bases, key=lambda each: each.version, default=None)
    kept = [each for each in found.migrations if base is None or each is base or each.version > base.version]
    if base:
        skipped = len(found.migrations) - len(kept)
        found.notes.append(f"{base.origin} is the start: {skipped} files up to its version are left out")
    kept = [_with_down(each, undo.get(each.version, "")) for each in kept if each is base or not each.checkpoint]
    kept.sort(key=lambda each: each.version)
    last = kept[-1].version if kept else (0,)
    for number, (description, file) in enumerate(sorted(repeatable), 1):
        kept.append(Foreign((last[0] + number,), "", description, _filled(file), origin=file))
        found.notes.append(f"{file} is repeatable: it runs once here; write its next change as a new migration")
    found.migrations = kept
    return found


def _with_down(each: Foreign, down: str) -> Foreign:
    from dataclasses import replace

    return replace(each, down=down, checkpoint=False)  # nothing stands before it that it would hold


def _filled(file: str) -> str:
    text = read(file)
    if match := _PLACEHOLDER.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise UsageError(
            f"{match[0]} is a placeholder, which only Flyway's configuration can fill",
            where=f"{file}:{line}",
            do="Put its value in its place.",
        )
    return text


def _in_transaction(file: str) -> bool:
    """Whether the script's own configuration leaves it in a transaction."""
    if not os.path.exists(f"{file}.conf"):
        return True
    settings = read(f"{file}.conf").replace(" ", "").lower().splitlines()
    return "executeintransaction=false" not in settings
