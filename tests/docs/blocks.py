"""The examples of a page: what is in it, how it is run, and what of an output may differ."""

from __future__ import annotations

import code
import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEEDS = re.compile(r"^<!-- needs: (.+) -->$", re.MULTILINE)
_SAME = (
    (re.compile(r"\b\d+(\.\d+)?(ms|µs|s)\b"), "<time>"),
    (re.compile(r"postgres(ql)?://[^\s'\"]+"), "<url>"),
    (re.compile(r"telamon, version \S+"), "telamon, version <version>"),
)
_NUMBERED = re.compile(r"(?<!\d)20\d{12}(?!\d)|\bh1:[A-Za-z0-9+/]{43}=")
_SECONDS = 60


@dataclass(slots=True)
class Example:
    """A command or Python statement and what it prints, each with its final newline."""

    command: str
    output: str


def examples(language: str, block: str) -> list[Example]:
    """The commands of a block, in order."""
    if language == "pycon":
        return [Example(each.source, each.want) for each in doctest.DocTestParser().get_examples(block)]
    found: list[Example] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Example(line[2:], ""))
        elif line.startswith(("> ", ">\n")) and found and not found[-1].output:
            found[-1].command += line[2:] or "\n"
        else:
            found[-1].output += line
    return found


def shown(language: str, example: Example) -> str:
    """An example as it stands in a page."""
    prompt, more = ("$ ", "> ") if language == "console" else (">>> ", "... ")
    first, *rest = example.command.splitlines(keepends=True)
    return prompt + first + "".join(f"{more}{line}".replace(" \n", "\n") for line in rest) + example.output


def needs(text: str) -> list[str]:
    """The programs that `<!-- needs: psql, node -->` names."""
    return [name.strip() for found in _NEEDS.findall(text) for name in found.split(",")]


@dataclass(slots=True)
class Numbers:
    """Versions and hashes in the order in which they are met: a page that mixes two runs differs from one run."""

    seen: dict[str, str] = field(default_factory=dict)

    def same(self, text: str) -> str:
        """A text without what differs from run to run."""
        for pattern, replacement in _SAME:
            text = pattern.sub(replacement, text)
        return _NUMBERED.sub(lambda found: self.seen.setdefault(found[0], f"<{len(self.seen)}>"), text)


def matches(printed: str, wanted: str) -> bool:
    """Whether an output is as a page says, where a line `...` stands for any lines."""
    return re.fullmatch("(.*\n)*".join(map(re.escape, wanted.split("...\n"))), printed) is not None


class Shell:
    """A shell and a Python in one empty folder, with the tested `telamon` first on the PATH.

    Args:
        folder: empty.
        environment: of both, over the process's own.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            text=True,
        )

    def run(self, language: str, command: str) -> str:
        """What a command prints."""
        return self._bash(command) if language == "console" else self._python(command)

    def _bash(self, command: str) -> str:
        assert self.process.stdin and self.process.stdout
        mark = "<end of the command>"
        self.process.stdin.write(f"{{ {command} }} </dev/null\necho '{mark}'\n")
        self.process.stdin.flush()
        lines: list[str] = []
        watchdog = threading.Timer(_SECONDS, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            if line.endswith(f"{mark}\n"):
                watchdog.cancel()
                return "".join(lines) + line.removesuffix(f"{mark}\n")
            lines.append(line)
        raise AssertionError(f"the shell ended in: {command}{''.join(lines)}")

    def _python(self, source: str) -> str:
        """As the interactive interpreter does it; of an error only what it is and says."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder), set_environment(self.environment):
            compiled = code.compile_command(source)
            assert compiled, f"not a whole statement: {source}"
            try:
                exec(compiled, self.names)
            except Exception:  # noqa: BLE001  # an example may show any error
                printed.write(traceback.format_exc(limit=0).removeprefix("Traceback (most recent call last):\n"))
        return printed.getvalue()

    def close(self) -> None:
        """Ends the shell."""
        self.process.communicate(timeout=_SECONDS)


@contextlib.contextmanager
def set_environment(wanted: dict[str, str]) -> Iterator[None]:
    """The process's environment while Python examples run in it."""
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def environment(cache: Path) -> dict[str, str]:
    """The environment of examples: without colours, with the tested programs, and a dev server of their own."""
    programs = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "TELAMON_CACHE": str(cache),
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
