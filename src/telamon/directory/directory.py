"""The migration directory: files in order, sealed by the sum file."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telamon.directory.files import SUFFIX, MigrationFile, version_and_description
from telamon.directory.sumfile import CHANGE, DRAFT, SUM_FILE, SumFile, compute
from telamon.errors import CheckError, TelamonError, UsageError

if TYPE_CHECKING:
    import datetime


def locate(url: str) -> str:
    """The path of a migration directory given as a path or as `file://path`.

    Raises:
        UsageError: another scheme, or the format of another tool.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return os.path.normpath(url)
    path, _, query = rest.partition("?")
    if scheme != "file":
        raise UsageError(f"a migration directory cannot be {scheme}://", where=url, do="Give a path or file://path.")
    if query not in ("", "format=atlas"):
        raise UsageError(
            "only directories in Atlas's format can be used as they are",
            where=url,
            do="Convert it: `telamon migrate import`.",
        )
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    return os.path.normpath(path)


@dataclass(frozen=True, slots=True)
class Directory:
    """A migration directory as it was when it was read.

    Args:
        path: where it is.
        files: all `*.sql` at its top level, by name (byte order).
        sum_content: of the sum file, None if there is none.
        computed: the sum that the files call for.
    """

    path: str
    files: tuple[MigrationFile, ...]
    sum_content: bytes | None
    computed: SumFile

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, missing_ok: bool = False) -> Directory:
        """Reads a directory; finishes or undoes a change during which a run was killed.

        Args:
            path: a path or a `file://` URL.
            missing_ok: take a directory that does not exist for an empty one.

        Raises:
            UsageError: it does not exist or is no directory.
            TelamonError: it cannot be read.
        """
        path = locate(os.fspath(path))
        try:
            if not os.path.isdir(path):
                if missing_ok and not os.path.exists(path):
                    return cls(path, (), None, SumFile())
                raise UsageError(
                    f"the migration directory {'is not a directory' if os.path.exists(path) else 'does not exist'}",
                    where=path,
                    do="Give another one with --dir, or make the first migration with `telamon migrate new`.",
                )
            if os.path.exists(f"{path}/{CHANGE}") or os.path.exists(f"{path}/{DRAFT}"):
                from telamon.directory.store import locked, recover

                with locked(path):
                    recover(path)
            found = cls._read(path)
        except OSError as error:
            where = str(error.filename or path)
            raise TelamonError("cannot read the migration directory", where=where, why=error.strerror or "") from None
        return found

    @classmethod
    def _read(cls, path: str) -> Directory:
        names = sorted(name for name in os.listdir(path) if name.endswith(SUFFIX))
        for name in names:
            if not name.isprintable() or name != name.strip() or "h1:" in name:
                raise CheckError(
                    f"the file name {name!r} cannot stand in a sum file",
                    where=path,
                    do="Rename or remove the file.",
                )
        files = tuple(MigrationFile(name, f"{path}/{name}", _content(f"{path}/{name}")) for name in names)
        computed = compute((file.name, file.content) for file in files)
        return cls(
            path, files, _content(f"{path}/{SUM_FILE}") if os.path.exists(f"{path}/{SUM_FILE}") else None, computed
        )

    def verify(self) -> None:
        """Compares the files with the sum file.

        Raises:
            SumError: they differ; it says where, why and what to do, and its `difference` holds Atlas's fields.
        """
        if self.sum_content != self.computed.render():
            from telamon.directory.verify import verify

            verify(self)

    def check(self) -> None:
        """Verifies, and checks that every version is there once and that versions ascend.

        Raises:
            CheckError: what is wrong first.
        """
        self.verify()
        seen: dict[str, MigrationFile] = {}
        for file in self.executable():
            if other := seen.get(file.version):
                raise CheckError(
                    f"two migrations have the version {file.version}",
                    where=f"{other.path}\n{file.path}",
                    why="The history table of a database holds one row for each version.",
                    do="Rename the later one, if no database has it yet, and run `telamon migrate hash`.",
                )
            seen[file.version] = file
        versions = list(seen)
        for before, after in itertools.pairwise(versions):
            if after < before:
                raise CheckError(
                    f"version {after} stands after {before}, yet is smaller",
                    where=f"{seen[before].path}\n{seen[after].path}",
                    why="Files run in the order of their names, and databases compare versions: here the two disagree.",
                    do=f"Give {seen[after].name} a version that both orders put last, and run `telamon migrate hash`.",
                )

    def executable(self, upto: str | None = None) -> tuple[MigrationFile, ...]:
        """The files that can be executed (not `atlas:sum ignore`), in order, up to and including a version.

        Raises:
            UsageError: no file has that version.
        """
        files = tuple(file for file in self.files if not file.ignored)
        if upto is None:
            return files
        for index in range(len(files) - 1, -1, -1):
            if files[index].version == upto:
                return files[: index + 1]
        last = files[-1].version if files else "none"
        raise UsageError(
            f"no migration has the version {upto}",
            where=self.path,
            why=f"The last one is {last}.",
            do="A version is what a file's name has before the first `_`.",
        )

    def for_empty_database(self, upto: str | None = None) -> tuple[MigrationFile, ...]:
        """The files to run on a new database: the last checkpoint up to that version and what follows it, else all."""
        files = self.executable(upto)
        for index in range(len(files) - 1, -1, -1):
            if files[index].checkpoint:
                return files[index:]
        return files

    def without_checkpoints(self, upto: str | None = None) -> tuple[MigrationFile, ...]:
        """The files to run on a database that already has a history."""
        return tuple(file for file in self.executable(upto) if not file.checkpoint)

    def entry_hash(self, file: MigrationFile) -> str:
        """The chained hash of a file, as the revision table keeps it (base64, without `h1:`).

        Raises:
            CheckError: the file is not sealed.
        """
        return self.computed.hash_of(file.name)

    def chain_key(self, upto: str | None = None) -> str:
        """Names the history up to a version: it differs as soon as a name or a byte of an executed file differs.

        It is the total of the sum file that the prefix would have: each entry is chained to all before it, and the
        total fixes where one file ends and the next begins.

        Raises:
            UsageError: no file has that version.
        """
        if upto is None:
            return self.computed.total
        last = self.executable(upto)[-1].name
        return SumFile(tuple(entry for entry in self.computed.entries if entry.name <= last)).total

    def new_version(self, now: datetime.datetime | None = None) -> str:
        """A version for a new file: `now` in UTC as yyyymmddhhmmss, or the next that comes after all that are there.

        Raises:
            TelamonError: none of the usual kinds of version comes after the last file.
        """
        import datetime

        last_name = self.files[-1].name if self.files else ""
        last = max((file.version for file in self.files), default="")
        now = now or datetime.datetime.now(datetime.UTC)
        for version in _candidates(now, last, version_and_description(last_name)[0]):
            # A name goes on with `.` or `_`; what sorts last with the smaller of them sorts last with both.
            if version > last and f"{version}." > last_name:
                return version
        raise TelamonError(
            f"no timestamp comes after {last_name}",
            where=self.path,
            why="Files run in the order of their names, and a new one must come last.",
            do=f"Rename {last_name}, or write the next file yourself and run `telamon migrate hash`.",
        )

    def write(self, name: str, content: bytes) -> Directory:
        """Adds a migration file and seals it, both or nothing; makes the directory if need be.

        Returns:
            the directory as it is now.

        Raises:
            CheckError: the directory is not as sealed, or has that version already.
            TelamonError: it cannot be written, or somebody else changed it meanwhile; it is as before.
        """
        if "/" in name or "\\" in name or not name.endswith(SUFFIX) or not name.isprintable():
            raise UsageError(f"{name!r} is not the name of a migration file")
        self.check()
        version = version_and_description(name)[0]
        if other := next((file for file in self.files if file.version == version), None):
            raise CheckError(
                f"the version {version} is there already", where=other.path, do="Give the new file another one."
            )
        return self.become(self.changed({name: content}))

    def seal(self) -> Directory:
        """Writes the sum file for the files as they are.

        Raises:
            TelamonError: it cannot be written, or somebody else changed the directory meanwhile; it is as before.
        """
        return self.become(self)

    def changed(self, written: Mapping[str, bytes], removed: Iterable[str] = ()) -> Directory:
        """The directory as it would be with other files, sealed; nothing is written.

        Args:
            written: content by name, of new files and of those that are replaced.
            removed: names of files that go.
        """
        contents = {file.name: file.content for file in self.files}
        for name in removed:
            del contents[name]
        files = sorted((contents | dict(written)).items())
        sums = compute(files)
        made = tuple(MigrationFile(name, f"{self.path}/{name}", content) for name, content in files)
        return Directory(self.path, made, sums.render(), sums)

    def become(self, wanted: Directory) -> Directory:
        """Writes what differs in `wanted`, and the sum file: all or nothing. Makes the directory if need be.

        Raises:
            TelamonError: it cannot be written, or somebody else changed the directory meanwhile; it is as before.
        """
        from telamon.directory.store import commit, locked

        before = {file.name: file.content for file in self.files}
        after = {file.name: file.content for file in wanted.files}
        written = {name: content for name, content in after.items() if before.get(name) != content}
        try:
            os.makedirs(self.path, mode=0o755, exist_ok=True)
            with locked(self.path):
                now = Directory._read(self.path)
                if (now.files, now.sum_content) != (self.files, self.sum_content):
                    raise TelamonError(
                        "the migration directory was changed by somebody else meanwhile",
                        where=self.path,
                        do="Run the command again.",
                    )
                commit(self.path, wanted.computed.render(), written, [name for name in before if name not in after])
        except OSError as error:
            raise TelamonError(
                "the migration directory cannot be written", where=self.path, why=error.strerror or ""
            ) from None
        return Directory(self.path, wanted.files, wanted.computed.render(), wanted.computed)


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _candidates(now: datetime.datetime, *after: str) -> Iterator[str]:
    """Versions to try: the time; then the next second, the next day and the next number after each of `after`."""
    import datetime

    layout = "%Y%m%d%H%M%S"
    yield now.astimezone(datetime.UTC).strftime(layout)
    for version in after:
        if not (version.isascii() and version.isdigit()):
            continue
        if step := {14: datetime.timedelta(seconds=1), 8: datetime.timedelta(days=1)}.get(len(version)):
            with contextlib.suppress(ValueError, OverflowError):  # digits, but not a time
                yield (datetime.datetime.strptime(version.ljust(14, "0"), layout) + step).strftime(layout)
        successor = str(int(version) + 1).zfill(len(version))
        if len(successor) == len(version):
            yield successor
