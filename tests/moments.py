"""Something that happens in the middle of a run: the run is a process of its own, which does it to itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telamon.apply import Options, apply
from telamon.apply.session import Session
from telamon.errors import TelamonError

Deed = Callable[[], object]


def kill() -> None:
    """Kills this very process, as the kernel does when memory is short: no handler runs, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def ends(work: Callable[[], object]) -> int:
    """Does the work in a child process.

    Returns:
        its exit code: 0 done, 1 the work raised a `TelamonError`, 2 something else, -9 it was killed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 2
        try:
            work()
            code = 0
        except TelamonError:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Countdown:
    """Does a deed at the n-th moment.

    Args:
        moment: which, counted from 1.
        deed: what then happens.
        reached: is told that it came to that; a file, since the one who asks is another process.
    """

    def __init__(self, moment: int, deed: Deed, reached: Path) -> None:
        self._left, self._deed, self._reached = moment, deed, reached

    def __call__(self) -> bool:
        """One moment passes; returns whether it was the one."""
        self._left -= 1
        if self._left:
            return False
        self._reached.touch()
        self._deed()
        return True


def at_each_send(countdown: Countdown) -> None:
    """Lets a moment pass whenever a run in this process is about to send something, and when it has sent it."""

    def counted(call: Callable[..., None]) -> Callable[..., None]:
        def wrapper(*args: Any, **named: Any) -> None:
            countdown()
            call(*args, **named)
            countdown()

        return wrapper

    Session.batch = counted(Session.batch)  # type: ignore[method-assign]
    Session.one = counted(Session.one)  # type: ignore[method-assign]


def interrupted_at(moment: int, deed: Deed, reached: Path, url: str, path: Path, **options: Any) -> bool:
    """Applies in a process to which something happens at the n-th time it is about to send something, or has just
    sent it.

    Returns:
        whether it came to that.
    """

    def work() -> None:
        at_each_send(Countdown(moment, deed, reached))
        apply(url, path, Options(**options))

    reached.unlink(missing_ok=True)
    code = ends(work)
    assert code != 2, "neither done, nor refused, nor killed"
    return reached.exists()
