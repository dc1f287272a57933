"""Every console and Python block of the README and of docs/ is run, and its output compared.

In a ```console block a line that begins with `$ ` is a command, `> ` goes on with it, and all else is what it prints,
on both channels. ```pycon blocks are Python sessions. The blocks of a page share a shell and an empty folder. Times and
addresses may differ; so may versions and hashes, but a page must be one run: the same ones in the same places. A line
`...` stands for any lines. A page that says `<!-- needs: psql -->` is run where that program is.

`TELAMON_WRITE_DOCS=1 pytest tests/docs` writes what is printed into the pages that differ.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from telamon.project import load_project
from tests.docs.blocks import BLOCK, Numbers, Shell, environment, examples, matches, needs, shown
from tests.sources.npm import DRIZZLE, link

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
WITH_EXAMPLES = [page for page in PAGES if BLOCK.search(page.read_text())]
FROM_NPM = {"drizzle-kit": DRIZZLE}
_CODE = re.compile(r"^```(toml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    """A page, for the test's name."""
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="session")
def cache() -> Iterator[Path]:
    """The state of a dev server that is up as long as the tests are."""
    folder = Path(tempfile.mkdtemp(prefix="docs-"))
    folder.chmod(0o711)
    subprocess.run(["telamon", "dev", "url"], env=environment(folder), capture_output=True, check=True)
    yield folder
    subprocess.run(["telamon", "dev", "stop", "--purge"], env=environment(folder), capture_output=True, check=True)
    shutil.rmtree(folder)


@pytest.fixture
def shell(cache: Path) -> Iterator[Shell]:
    """A shell that is gone afterwards, with all it wrote."""
    folder = Path(tempfile.mkdtemp(prefix="docs-"))
    opened = Shell(folder, environment(cache))
    yield opened
    opened.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_examples(page: Path, request: pytest.FixtureRequest) -> None:
    """What a page shows is what happens."""
    text = page.read_text()
    for program in needs(text):
        if program not in FROM_NPM and not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    shell: Shell = request.getfixturevalue("shell")
    for program in needs(text):
        if program in FROM_NPM:
            link(shell.folder, *FROM_NPM[program])
    wanted, printed = Numbers(), Numbers()
    wrong: list[str] = []

    def carried_out(match: re.Match[str]) -> str:
        language, block = match.groups()
        done = examples(language, block)
        for example in done:
            output = shell.run(language, example.command)
            if not matches(printed.same(output), wanted.same(example.output)):
                wrong.append(f"$ {example.command}printed\n{output}instead of\n{example.output}")
            if "...\n" not in example.output or wrong:
                example.output = output
        return f"```{language}\n{''.join(shown(language, example) for example in done)}```"

    written = BLOCK.sub(carried_out, text)
    if os.environ.get("TELAMON_WRITE_DOCS") == "1" and wrong:
        page.write_text(written)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", [page for page in PAGES if _CODE.search(page.read_text())], ids=name)
def test_configurations_and_code_are_read(page: Path, tmp_path: Path) -> None:
    """A configuration that a page shows has no key that is not known; its Python compiles."""
    for language, text in _CODE.findall(page.read_text()):
        if language == "python":
            compile(text, name(page), "exec")
            continue
        file = tmp_path / ("pyproject.toml" if "[tool.telamon]" in text else "telamon.toml")
        file.write_text(text)
        environments = re.findall(r"^\[env\.(\w+)\]", text, re.MULTILINE)
        for each in environments or [None]:
            load_project(str(file), each)


def test_readme_names_the_commands_that_ci_runs() -> None:
    """CI runs what a newcomer is told to run."""
    readme = (ROOT / "README.md").read_text()
    commands = set(re.findall(r"^make [\w-]+", (ROOT / ".ci" / "run").read_text(), re.MULTILINE))
    assert {"make test", "make lint"} <= commands
    assert all(command in readme for command in commands)
