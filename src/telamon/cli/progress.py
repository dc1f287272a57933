"""A run of apply on the terminal: its text on stdout, and on stderr a line that moves while something runs."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import click

from telamon.apply.events import (
    Asserted,
    Event,
    Failed,
    FileDone,
    FileStarted,
    LockWait,
    Note,
    Retrying,
    Running,
    RunStarted,
    StatementDone,
)
from telamon.cli.console import note
from telamon.errors import mask

if TYPE_CHECKING:
    from rich.status import Status as Spinner


class TextProgress:
    """Prints the events of a run as Atlas does, and what it is waiting for.

    Args:
        dry_run: nothing is executed.
    """

    def __init__(self, *, dry_run: bool = False) -> None:
        self._dry_run = dry_run
        self._begun = time.monotonic()
        self._statements: dict[str, int] = {}  # by version: what is tried again counts once
        self._done: set[str] = set()
        self._failed = 0
        self._lock = threading.Lock()  # `Running` comes from another thread
        self._spinner: Spinner | None = None
        self._blocked: tuple[int, ...] = ()
        self._held: list[str] = []  # lines of statements that were done in one go: written in one go

    def __call__(self, event: Event) -> None:
        """Prints an event."""
        with self._lock:
            if isinstance(event, Running):
                self._running(event)
                return
            self._stop()
            self._print(event)

    def summary(self) -> None:
        """Prints what was done."""
        with self._lock:
            self._stop()
            self._say()
        if not self._statements:
            return
        click.echo("  -------------------------")
        click.echo(f"  -- {_duration(time.monotonic() - self._begun)}")
        click.echo(f"  -- {_count(len(self._done), 'migration', self._failed)}")
        click.echo(f"  -- {_count(sum(self._statements.values()), 'sql statement', self._failed)}")

    def _print(self, event: Event) -> None:
        match event:
            case RunStarted(files=()):
                self._say("No migration files to execute")
            case RunStarted():
                since = f" from {event.current}" if event.current else ""
                count = f"{len(event.files)} migration{'s' * (len(event.files) > 1)} in total"
                would = " (dry run: nothing is executed)" if self._dry_run else ""
                self._say(f"Migrating to version {event.target}{since} ({count}):{would}\n")
            case FileStarted():
                again = event.version in self._statements
                self._statements[event.version] = 0
                resumed = f" (from statement {event.skipped + 1} of {event.total})" if event.skipped else ""
                if not again:
                    self._say(f"  -- migrating version {event.version}{resumed}")
            case Asserted():
                self._say(f"    -> check: {_indented(mask(event.sql))}")
            case StatementDone():
                self._statements[event.version] += 1
                self._held.append(f"    -> {_indented(mask(event.sql))}")
                if event.seconds is not None:
                    self._say()
            case FileDone():
                self._done.add(event.version)
                self._say(f"  -- ok ({_duration(event.seconds)})\n")
            case Failed():
                self._failed += 1
                self._say(f"    -> {_indented(mask(event.sql))}\n    {event.error}\n")
            case LockWait():
                self._note(f"    waiting for another run ({event.seconds:.0f}s): {'; '.join(map(str, event.holders))}")
            case Retrying():
                who = "".join(f"\n      in the way: {blocker}" for blocker in event.blockers)
                self._note(f"    a lock was not free; attempt {event.attempt} undone, next in {event.pause:.1f}s{who}")
            case Note():
                self._note(f"    {event.text}")

    def _say(self, *lines: str) -> None:
        """Writes lines to stdout, after those that are held back."""
        if lines := (*self._held, *lines):
            click.echo("\n".join(lines))
        self._held.clear()

    def _note(self, text: str) -> None:
        self._say()
        note(text)

    def _running(self, event: Running) -> None:
        who = f", waits for {event.blockers[0]}" if event.blockers else ""
        text = f"{event.seconds:.0f}s {' '.join(event.sql.split()).rstrip(';')[:60]}{who}"
        if sys.stderr.isatty():
            if self._spinner is None:
                self._spinner = _spinner(text)
            self._spinner.update(_plain(text))
        elif event.blockers and (pids := tuple(blocker.pid for blocker in event.blockers)) != self._blocked:
            self._blocked = pids
            note(f"    {text}")

    def _stop(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None


def _spinner(text: str) -> Spinner:
    from rich.console import Console
    from rich.status import Status

    spinner = Status(_plain(text), console=Console(stderr=True))
    spinner.start()
    return spinner


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ellipsis")


def _indented(text: str) -> str:
    return text.replace("\n", "\n       ")


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.1f}ms" if seconds < 1 else f"{seconds:.1f}s"


def _count(done: int, noun: str, failed: int) -> str:
    text = f"{done} {noun}{'s' * (done != 1)}"
    return f"{text} ok, {failed} with errors" if failed else text
