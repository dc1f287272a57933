"""Every console block of the README and of docs/ is run, and its output compared.

In a ```console block a line that begins with `$ ` is a command, `> ` goes on with it, and all else is what it prints,
on both channels. The blocks of one page share a shell and an empty folder. Times, versions, hashes and addresses may
differ; a line `...` stands for any lines. `TELAMON_WRITE_DOCS=1 pytest tests/test_docs.py` writes what is printed into
the pages.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SECONDS = 60
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"\b\d+(\.\d+)?(ms|µs|s)\b"), "<time>"),
    (re.compile(r"(?<!\d)20\d{12}(?!\d)"), "<version>"),
    (re.compile(r"\bh1:[A-Za-z0-9+/]{43}="), "<hash>"),
    (re.compile(r"postgres(ql)?://\S+"), "<url>"),
)


@dataclass(slots=True)
class Example:
    """A command and what it prints, each with its final newline."""

    command: str
    output: str


def examples(block: str) -> list[Example]:
    """The commands of a block, in order."""
    found: list[Example] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Example(line[2:], ""))
        elif line.startswith("> ") and found and not found[-1].output:
            found[-1].command += line[2:]
        else:
            found[-1].output += line
    return found


def shown(example: Example) -> str:
    """An example as it stands in a page."""
    first, *rest = example.command.splitlines(keepends=True)
    return f"$ {first}" + "".join(f"> {line}" for line in rest) + example.output


class Shell:
    """A shell in an empty folder, with the tested `telamon` first on its PATH and a dev server of its own."""

    def __init__(self, folder: Path) -> None:
        cache = folder / "cache"
        (folder / "work").mkdir()
        cache.mkdir(mode=0o711)
        programs = Path(sys.executable).parent
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "TELAMON_CACHE": str(cache),
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder / "work",
            env=self.environment,
            text=True,
        )

    def run(self, command: str) -> str:
        """What a command prints."""
        assert self.process.stdin and self.process.stdout
        mark = "<end of the command>"
        self.process.stdin.write(f"{{ {command} }} </dev/null\necho '{mark}'\n")
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            if line.endswith(f"{mark}\n"):
                return "".join(lines) + line.removesuffix(f"{mark}\n")
            lines.append(line)
        raise AssertionError(f"the shell ended in: {command}{''.join(lines)}")

    def close(self) -> None:
        """Ends the shell and its server."""
        self.process.communicate(timeout=SECONDS)
        telamon = Path(sys.executable).with_name("telamon")
        subprocess.run([telamon, "dev", "stop", "--purge"], env=self.environment, capture_output=True, check=True)


@pytest.fixture
def shell() -> Iterator[Shell]:
    """A shell that is gone afterwards, with all it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="docs-"))
    folder.chmod(0o711)
    opened = Shell(folder)
    yield opened
    opened.close()
    shutil.rmtree(folder)


def same(text: str) -> str:
    """A text without what differs from run to run."""
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    return text


def matches(printed: str, wanted: str) -> bool:
    """Whether an output is as a page says."""
    parts = same(wanted).split("...\n")
    return re.fullmatch("(.*\n)*".join(re.escape(part) for part in parts), same(printed)) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_blocks(page: Path, shell: Shell) -> None:
    """What a page shows is what happens."""
    text = page.read_text()
    wrong: list[str] = []

    def carried_out(match: re.Match[str]) -> str:
        done = examples(match[1])
        for example in done:
            printed = shell.run(example.command)
            if not matches(printed, example.output):
                wrong.append(f"$ {example.command}printed\n{printed}instead of\n{example.output}")
                example.output = printed
        return "```console\n" + "".join(map(shown, done)) + "```"

    written = _BLOCK.sub(carried_out, text)
    if os.environ.get("TELAMON_WRITE_DOCS") == "1" and written != text:
        page.write_text(written)
    assert not wrong, "\n".join(wrong)


def test_readme_names_the_commands_that_ci_runs() -> None:
    """CI runs what a newcomer is told to run."""
    readme = (ROOT / "README.md").read_text()
    commands = set(re.findall(r"^make [\w-]+", (ROOT / ".ci" / "run").read_text(), re.MULTILINE))
    assert {"make test", "make lint"} <= commands
    assert all(command in readme for command in commands)
