"""Errors that reach a person: what happened, where, why, and what to do next, in that order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PASSWORD_IN_URL = re.compile(r"(?P<head>\b[a-zA-Z][\w+.-]*://[^\s:/?#@]*:)[^\s/?#]*(?=@)")
_PASSWORD_PARAMETER = re.compile(
    r"(?P<head>\b(?:password|sslpassword|passfile)\s*=\s*)('[^']*'|[^\s&]+)", re.IGNORECASE
)
# As in PASSWORD 'x' of a role, and in OPTIONS ("api_key" 'x') of a user mapping.
_SECRET = r"\w*password|passwd|\w*secret\w*|\w*api_?key|\w*token"
_TEXT = r"""E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'"""
_PASSWORD_IN_SQL = re.compile(rf"""(?P<head>\b(?:{_SECRET})"?\s+)(?:{_TEXT})""", re.IGNORECASE | re.DOTALL)


def mask(text: str) -> str:
    """Returns `text` with the passwords of connection strings, roles and user mappings replaced by `***`."""
    for pattern in (_PASSWORD_IN_URL, _PASSWORD_PARAMETER, _PASSWORD_IN_SQL):
        text = pattern.sub(r"\g<head>***", text)
    return text


@contextmanager
def interruptible(state: Callable[[], str]) -> Iterator[None]:
    """Adds to the KeyboardInterrupt that ends the work in this block what state it leaves things in: one line.

    Without it, what was interrupted has touched no target.
    """
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(state())
        raise


class TelamonError(Exception):
    """A failure that is explained to the user, never shown as a traceback.

    Args:
        what: what happened, one sentence without a final full stop.
        where: file:line, statement or object.
        why: what it means, or the server's own words.
        do: the next step, as a command where there is one.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.do = mask(what), mask(where), mask(why), mask(do)

    @property
    def summary(self) -> str:
        """What, where and why on one line."""
        return ": ".join(" ".join(part.split()) for part in (self.what, self.where, self.why) if part)

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.where, self.why, self.do) if part)


class UsageError(TelamonError):
    """The command line or the configuration is wrong."""

    exit_code = 2


class CheckError(TelamonError):
    """A check found problems: a tampered directory, a failed replay."""

    exit_code = 3


class ProofError(TelamonError):
    """A generated plan did not lead to the desired schema. A bug of Telamon's."""

    exit_code = 4


class LockError(TelamonError):
    """A lock could not be obtained in time."""

    exit_code = 5


class DriftError(TelamonError):
    """A target is not what its history says."""

    exit_code = 6
