"""The sum file: a chained SHA-256 over the migration directory, byte for byte as Atlas computes it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from telamon.directory.directives import sum_ignored
from telamon.errors import CheckError

SUM_FILE = "atlas.sum"
DRAFT, CHANGE = ".telamon.draft", ".telamon.change"  # folders of a writer at work, see `store`
MARK = "h1:"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sum file: a file and the hash of the directory up to and including it (base64, no `h1:`)."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class SumFile:
    """The listed files in order."""

    entries: tuple[Entry, ...] = ()

    @property
    def total(self) -> str:
        """The hash in the first line (base64, no `h1:`)."""
        state = hashlib.sha256()
        for entry in self.entries:
            state.update(entry.name.encode())
            state.update(entry.hash.encode())
        return _base64(state.digest())

    def render(self) -> bytes:
        """The content of the sum file."""
        lines = [f"{MARK}{self.total}", *(f"{entry.name} {MARK}{entry.hash}" for entry in self.entries)]
        return ("\n".join(lines) + "\n").encode()

    def hash_of(self, name: str) -> str:
        """The hash listed for a file.

        Raises:
            CheckError: the file is not listed, because its first line says `atlas:sum ignore`.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry.hash
        raise CheckError(
            f"checksum not found: {name}",
            why="Its first line says `atlas:sum ignore`, and a file that is not sealed cannot be executed.",
            do=f"Remove that line from {name} and run `telamon migrate hash`.",
        )


class Chain:
    """The running hash of a directory."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def add(self, name: str, content: bytes) -> str | None:
        """Adds the next file; returns its entry hash, or None for one that is ignored (its name still counts)."""
        self._state.update(name.encode())
        if sum_ignored(content):
            return None
        self._state.update(content)
        return _base64(self._state.digest())

    def would_be(self, name: str, content: bytes) -> str:
        """The entry hash that a file would have as the next one."""
        state = self._state.copy()
        state.update(name.encode())
        state.update(content)
        return _base64(state.digest())


def compute(files: Iterable[tuple[str, bytes]]) -> SumFile:
    """The sum of files given as (name, content) in the order of their names."""
    chain = Chain()
    hashes = ((name, chain.add(name, content)) for name, content in files)
    return SumFile(tuple(Entry(name, digest) for name, digest in hashes if digest is not None))


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
