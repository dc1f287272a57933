"""One embedded server: its directory, its start and stop, and who uses it.

Three lock files carry the whole protocol, and the operating system releases them however a process ends:

`gate`    held for the moments of entering and leaving, so that these never overlap
`users`   held shared by every run; whoever can take it alone is the last one, and stops the server
`server`  inherited by the server and all its processes: held exactly as long as one of them lives

So no process id is trusted, a killed run leaves at most a running server that the next run uses and then stops, and
a crashed server is started again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from telamon.dev.places import Account, private_directory
from telamon.errors import TelamonError

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 5432  # only a part of the socket's name
PATIENCE = 60.0  # seconds for a start, a recovery, or another run's shutdown
TICK = 0.003  # seconds between two looks at the server
LONGEST_SOCKET_DIRECTORY = 85  # bytes; the whole path of a socket is limited to 103 on macOS, 107 on Linux

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",  # enough for the DDL of publications and subscriptions, and spares WAL for new tables
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "1d",
    "autovacuum": "off",
    "bgwriter_lru_maxpages": "0",
    "jit": "off",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "dynamic_shared_memory_type": "mmap",
    "max_connections": "50",
    "max_prepared_transactions": "10",
    "max_locks_per_transaction": "2048",  # times 60: one transaction over 10,000 tables takes 60,000 locks and more
    "max_logical_replication_workers": "0",  # a subscription in the schema must not start to replicate
    "default_text_search_config": "pg_catalog.english",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
SETTINGS_OF_18 = {"io_method": "sync"}  # no worker processes to start


@dataclass(slots=True)
class Cluster:
    """An embedded server in `directory`, run from `binaries` (a `bin` folder) by `owner`.

    Args:
        directory: holds everything of this server but its `gate`; `telamon dev stop --purge` deletes it.
        major: the major version of the binaries.
        origin: a data directory that this one begins as a copy of; None where it is made from nothing.
        options: what initdb is told further.
    """

    directory: Path
    binaries: Path
    major: int
    owner: Account
    origin: Path | None = None
    options: tuple[str, ...] = ()
    _users: int = -1

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def pinned(self) -> Path:
        """While this file exists the last run leaves the server running (`telamon dev url`)."""
        return self.directory / "pinned"

    @property
    def serving(self) -> Path:
        """Exists as long as the server is meant to run."""
        return self.directory / "serving"

    @property
    def socket_directory(self) -> Path:
        """Where the socket is: with the data, or where that path is too long, in a private temporary directory."""
        if len(os.fsencode(self.directory)) <= LONGEST_SOCKET_DIRECTORY:
            return self.directory
        return Path(tempfile.gettempdir()) / f"telamon-{os.geteuid()}" / self.directory.name

    def enter(self) -> None:
        """Counts this run as a user and returns when the server accepts connections, made and started if needed.

        Raises:
            TelamonError: initdb or the server failed, with its last lines, or the directory is in use elsewhere.
        """
        if self._users >= 0:
            return
        with self.gate():
            self._prepare()
            users = _open_lock(self.directory / "users.lock")
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self._ensure_running()
                self._users = users
            finally:
                if self._users != users:
                    os.close(users)

    def leave(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends this run's use; the last one out stops the server, without waiting for it, unless it is pinned.

        Args:
            how: SIGQUIT where its data is not needed any more; SIGTERM where it may first end what it does (the next
                run does not wait for that: it tells it to stop).
        """
        if self._users < 0:
            return
        with self.gate():
            os.close(self._users)
            self._users = -1
            if not self.pinned.exists() and not self.in_use():
                self._stop(how)

    def hand_over(self, destination: Path) -> None:
        """Shuts the server down and moves its data away; until then nobody takes it for a leftover.

        Raises:
            OSError: there is something already.
        """
        with self.gate():
            self.stop()
            try:
                os.utime(self.data)
                self.data.rename(destination)
            finally:
                os.close(self._users)
                self._users = -1

    def remember(self) -> None:
        """Notes which binaries were used, and with the file's time, when."""
        (self.directory / "binaries").write_text(str(self.binaries))

    def last_used(self) -> float:
        """When a run last entered, in seconds since the epoch."""
        return (self.directory / "binaries").stat().st_mtime

    def in_use(self) -> bool:
        """Whether any run uses the server. Call within `gate`, or take the answer as already old."""
        return _is_held(self.directory / "users.lock", fcntl.LOCK_EX)

    def running(self) -> bool:
        """Whether a process of the server lives."""
        return _is_held(self.directory / "server.lock", fcntl.LOCK_EX)

    def state(self) -> str:
        """`in use`, `pinned` (lent by URL), `idle` (left by a killed run) or `stopped`."""
        with self.gate():
            if self.in_use():
                return "in use"
            if not self.running():
                return "stopped"
            return "pinned" if self.pinned.exists() else "idle"

    def stop(self) -> None:
        """Stops the server and waits until all its processes have ended. Call within `gate`.

        Raises:
            TelamonError: it did not end in time.
        """
        self.pinned.unlink(missing_ok=True)
        self._stop()
        deadline = time.monotonic() + PATIENCE
        while self.running():
            self._expect(deadline, "did not stop")
            time.sleep(TICK)

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Held while a run enters or leaves. Its file lies beside the directory, which may be deleted meanwhile."""
        fd = _open_lock(self.directory.with_name(f"{self.directory.name}.gate"))
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _prepare(self) -> None:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self._give(self.directory)
        if self.socket_directory != self.directory:
            if not private_directory(self.socket_directory.parent, self.owner):
                raise TelamonError(
                    "The embedded server has no safe place for its socket",
                    where=str(self.socket_directory.parent),
                    why=f"{self.directory} is too long for a socket, and that directory is not ours alone.",
                    do="Set TELAMON_CACHE to a short path.",
                )
            self.socket_directory.mkdir(mode=0o700, exist_ok=True)
            self._give(self.socket_directory)

    def _give(self, path: Path) -> None:
        if self.owner.drop:
            os.chown(path, self.owner.uid, self.owner.gid)

    def _ensure_running(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            lock = _open_lock(self.directory / "server.lock")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not self.serving.exists():
                    self._stop()  # told to stop before; told again in case that run was killed in between
                elif self._accepts():
                    return
            else:
                self._start(lock)
                return
            finally:
                os.close(lock)
            self._expect(deadline, "is in use by a server that does not answer")
            time.sleep(TICK)

    def _expect(self, deadline: float, what: str) -> None:
        if time.monotonic() > deadline:
            raise TelamonError(
                f"The embedded server {what}",
                where=str(self.directory),
                why=_last_lines(self.directory / "log")
                or "It may belong to another machine or container that shares this directory.",
                do="Set TELAMON_CACHE to another directory, or end its processes.",
            )

    def _start(self, lock: int) -> None:
        """Starts the server, handing it `lock`. Data that it cannot start from is thrown away and made anew, once."""
        now, noted = boot(), self.directory / "boot"
        unclean = (self.data / "postmaster.pid").exists()
        if not self.data.exists() or (unclean and _read(noted) != now):
            # Without fsync, what a crash of the whole machine left behind cannot be trusted.
            self._initialise()
        noted.write_text(now)
        problem = self._try_start(lock)
        if problem:
            self._initialise()
            problem = self._try_start(lock)
        if problem:
            raise TelamonError(
                "The embedded PostgreSQL server did not start",
                where=f"{self.binaries} in {self.directory}",
                why=problem,
                do="Remove what the message names, or use a server of your own: --dev-url postgres://...",
            )

    def _initialise(self) -> None:
        for leftover in (self.data, *self.directory.glob("data.*")):
            if leftover.exists():
                shutil.rmtree(leftover)
        fresh = self.directory / "data.new"
        if self.origin is not None:
            self._copy(self.origin, fresh)
            return
        command = [str(self.binaries / "initdb"), "-D", str(fresh), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        command += self.options
        problem = ""
        for locale in ("C.UTF-8", "C"):  # the second where the system has no such locale
            done = self._run([*command, f"--locale={locale}", "--lc-messages=C", "--no-sync", "--no-instructions"])
            if done.returncode == 0:
                fresh.rename(self.data)
                return
            problem = problem or (done.stderr or done.stdout)
        raise TelamonError(
            "The data directory of the embedded server could not be made",
            where=str(self.directory),
            why="initdb said:\n" + "\n".join(problem.strip().splitlines()[-8:]),
            do="See whether the disk is full, or name another directory in TELAMON_CACHE.",
        )

    def _copy(self, origin: Path, fresh: Path) -> None:
        """Copies the data of a server that was shut down, as the account that will own it."""
        done = self._run(["cp", "-a", str(origin), str(fresh)])
        if done.returncode:
            raise TelamonError(
                "The data directory of the embedded server could not be copied",
                where=str(origin),
                why=done.stderr.strip(),
                do="See whether the disk is full; else run the command again: another run may have needed the place.",
            )
        fresh.rename(self.data)

    def _try_start(self, lock: int) -> str:
        """Starts the server and waits for it; returns what it said when it ended instead."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # of a dead server: we hold the lock it would hold
        (self.socket_directory / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        settings = SETTINGS | (SETTINGS_OF_18 if self.major >= 18 else {})
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.socket_directory)]
        command += ["-p", str(PORT), *(f"--{name}={value}" for name, value in settings.items())]
        with open(self.directory / "log", "wb") as log:
            server = self._spawn(command, log, lock)
        _children.append(server)
        self.serving.touch()
        deadline = time.monotonic() + PATIENCE
        while not self._accepts():
            if server.poll() is not None:
                return _last_lines(self.directory / "log") or f"It ended with status {server.returncode}."
            self._expect(deadline, "did not become ready")
            time.sleep(TICK)
        return ""

    def _spawn(self, command: list[str], log: BinaryIO, lock: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            cwd=self.directory,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the run, not for the server that others may use
            user=self.owner.user,
            group=self.owner.group,
            extra_groups=self.owner.groups,
        )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                env=_environment(),
                user=self.owner.user,
                group=self.owner.group,
                extra_groups=self.owner.groups,
            )
        except PermissionError as error:
            raise TelamonError(
                "The embedded PostgreSQL cannot run as root",
                why=f"Changing to account {self.owner.uid} failed: {error.strerror}.",
                do="Run as an ordinary user, or use a server of your own: --dev-url postgres://...",
            ) from error

    def _accepts(self) -> bool:
        status = _read(self.data / "postmaster.pid").splitlines()[7:8]
        if not status or status[0].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket_directory / f".s.PGSQL.{PORT}")) == 0

    def _stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Asks the server, if there is one, for a shutdown: a fast one, or with SIGTERM one that waits for clients."""
        self.serving.unlink(missing_ok=True)
        first = _read(self.data / "postmaster.pid").splitlines()[:1]
        if not first or not self.running():
            return
        pid = int(first[0])
        cwd = Path(f"/proc/{pid}/cwd")
        try:
            if Path("/proc/self").exists() and not os.path.samefile(cwd, self.data):
                return  # a process of the same number in another container's count
            os.kill(pid, how)
        except (ProcessLookupError, FileNotFoundError):
            return  # it ended by itself in this moment


_children: list[subprocess.Popen[bytes]] = []  # kept so that a server which outlives its starter is not warned about


def _environment() -> dict[str, str]:
    """The little that the server's programs need: no settings of libpq, no secrets."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


@cache
def boot() -> str:
    """Identifies the time since this machine was started."""
    if linux := _read(Path("/proc/sys/kernel/random/boot_id")).strip():
        return linux
    try:
        command = ["sysctl", "-n", "kern.bootsessionuuid"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _last_lines(log: Path) -> str:
    return "\n".join(_read(log).splitlines()[-8:])


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_held(path: Path, how: int) -> bool:
    if not path.exists():
        return False
    fd = _open_lock(path)
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
