"""Which files of seeds a target has."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from telamon.apply.target import connect
from telamon.seeding.apply import Options
from telamon.seeding.files import find
from telamon.seeding.record import record_of


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How a file stands.

    Args:
        file: its name.
        state: `loaded`, `changed` since it was, `pending`, or `gone`: loaded once, and not there any more.
    """

    file: str
    state: str

    def to_json(self) -> dict[str, Any]:
        """The status as JSON has it."""
        return asdict(self)


def seed_status(url: str, folder: Path, options: Options) -> list[FileStatus]:
    """How each file stands, by name. Files of other environments are not looked at."""
    files, _ = find(folder, options.env)
    with connect(url, role=options.role, wait=options.wait) as target:
        hashes = record_of(target, options.revisions_schema).hashes
    found = []
    for file in files:
        known = hashes.get(file.name)
        state = "pending" if known is None else "loaded" if known == file.hash() else "changed"
        found.append(FileStatus(file.name, state))
    here = {file.name for file in files}
    gone = (name for name in hashes if name not in here and not (folder / name).exists())
    return sorted([*found, *(FileStatus(name, "gone") for name in gone)], key=lambda each: each.file)
