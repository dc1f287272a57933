"""Running a program for what it prints."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from telamon.errors import TelamonError, UsageError

_VARIABLE = "TELAMON_SOURCE_TIMEOUT"
_PATIENCE = 300.0
_SHOWN = 20  # lines of what a program says


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed.

    Args:
        out: its stdout.
        err: its stderr.
        code: its exit code, negative if a signal ended it.
    """

    out: str
    err: str
    code: int

    @property
    def last_words(self) -> str:
        """The last lines of stderr, or of stdout where that is empty."""
        return tail(self.err) or tail(self.out)


def tail(text: str) -> str:
    """The last lines of a text."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    cut = ["..."] if len(lines) > _SHOWN else []
    return "\n".join([*cut, *lines[-_SHOWN:]])


def timeout() -> float:
    """How long a program may take, in seconds: `TELAMON_SOURCE_TIMEOUT`, else 300.

    Raises:
        UsageError: the variable is not a number above 0.
    """
    written = os.environ.get(_VARIABLE)
    if not written:
        return _PATIENCE
    try:
        seconds = float(written)
    except ValueError:
        seconds = 0
    if not seconds > 0:
        raise UsageError(f"{_VARIABLE} is to be a number of seconds", where=f"{_VARIABLE}={written}")
    return seconds


def run(command: Sequence[str], cwd: Path, *, label: str, name: str, env: Mapping[str, str] | None = None) -> Printed:
    """Runs a program without a shell and waits for its end, whatever its exit code.

    It is the leader of a session of its own, so that its children end with it when it takes too long.

    Args:
        command: the program and its arguments.
        cwd: its working directory.
        label: the source, for messages.
        name: the program, for messages.
        env: variables that are set beside the present ones.

    Raises:
        TelamonError: it does not start, takes longer than `timeout()`, or prints what is not UTF-8.
    """
    patience = timeout()
    try:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        why = f"{error.strerror}: {error.filename}" if error.filename else str(error)
        raise TelamonError(f"{name} does not start", where=label, why=why, do=f"It was started in {cwd}.") from error
    with child:
        try:
            out, err = child.communicate(timeout=patience)
        except subprocess.TimeoutExpired as expired:
            _end(child)
            raise TelamonError(
                f"{name} did not end within {patience:g} s and was stopped",
                where=label,
                why=tail(_text(expired.stderr)),
                do=f"Run it by hand in {cwd}, or allow it more with {_VARIABLE}=SECONDS.",
            ) from expired
        except BaseException:
            _end(child)
            raise
    try:
        text = out.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = out.count(b"\n", 0, error.start) + 1
        raise TelamonError(f"What {name} prints is not UTF-8", where=label, why=f"Line {line}.") from error
    return Printed(text, _text(err), child.returncode)


def relay(text: str) -> None:
    """Shows on stderr what a program said beside its output."""
    if text.strip():
        print(text.rstrip(), file=sys.stderr, flush=True)


def _text(said: bytes | str | None) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends a program that runs still, and its children."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
