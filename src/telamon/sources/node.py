"""Programs of a project's own node_modules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telamon.errors import TelamonError

NODE = "node"


@dataclass(frozen=True, slots=True)
class Tool:
    """An npm package with a program.

    Args:
        name: of the package.
        home: the project: the folder in which its node_modules lies.
        command: node and the program.
        version: as its package.json says.
    """

    name: str
    home: Path
    command: tuple[str, ...]
    version: str


def find_tool(package: str, start: Path, label: str, *, install: str) -> Tool:
    """Returns the program of a package, from the nearest node_modules that has it.

    Args:
        package: whose program has the same name.
        start: a folder of the project; it is looked for there and above.
        label: the source, for messages.
        install: the command that installs the package.

    Raises:
        TelamonError: there is no node, or no node_modules with the package.
    """
    node = shutil.which(NODE)
    if node is None:
        raise TelamonError(
            "Node.js is not installed",
            where=label,
            why=f"{package} needs it, and PATH has no program {NODE}.",
            do="Install Node.js, or have the schema printed where it is and name the file: file://schema.sql",
        )
    for folder in above(start):
        manifest = folder / "node_modules" / package / "package.json"
        if manifest.is_file():
            facts = json.loads(manifest.read_text(encoding="utf-8"))
            program = manifest.parent / _program(facts, package)
            return Tool(package, folder, (node, str(program)), str(facts.get("version", "")))
    plug = next((folder for folder in above(start) if (folder / ".pnp.cjs").exists()), None)
    raise TelamonError(
        f"{package} is not installed",
        where=label,
        why=f"{plug} is installed by Yarn without a node_modules."
        if plug
        else f"No node_modules in {start} or above has it.",
        do="Set nodeLinker: node-modules in .yarnrc.yml, or use exec://yarn ..." if plug else f"Run {install}",
    )


def above(start: Path) -> Iterator[Path]:
    """A folder and those in which it lies."""
    yield from (start, *start.parents)


def quiet(text: str) -> str:
    """What Node says on an error, without the frames of Node and of packages."""
    foreign = ("node_modules", "node:", "<anonymous>)")
    lines = [
        line
        for line in text.splitlines()
        if not (line.lstrip().startswith("at ") and any(part in line for part in foreign))
    ]
    return "\n".join(lines).strip()


def _program(facts: dict[str, Any], package: str) -> str:
    programs = facts.get("bin", {})
    return programs if isinstance(programs, str) else str(programs.get(package, f"{package}.js"))
