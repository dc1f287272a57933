"""TL217: history goes on at its end."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.directory import MigrationFile
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.select import Selection


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Nothing: this rule is about files."""
    return iter(())


def judge_files(selection: Selection) -> Iterator[tuple[Rule, MigrationFile, Hit]]:
    """What is wrong with the order of files, and with files that are merged already."""
    here = {each.name for each in selection.base.files}
    for file, newest in selection.late:
        message = f"{file.name} sorts before {newest}, which {selection.ref} has already"
        first = "" if newest in here else f"git merge {selection.ref}\n"
        yield RULE, file, Hit(message, f"{first}telamon migrate rebase {file.version}")
    for name in selection.changed:
        path = f"{selection.base.path}/{name}"
        content = next((each.content for each in selection.base.files if each.name == name), b"")
        message = f"{name} is in {selection.ref} already and was changed or removed"
        yield RULE, MigrationFile(name, path, content), Hit(message, f"git checkout {selection.ref} -- {path}")


RULE = Rule(
    code="TL217",
    name="non-linear-history",
    analyzer="non_linear",
    severity="error",
    meaning="A new file sorts before one that is merged, or a merged file was changed.",
    why="Databases that have run the newer file skip the older one or refuse it, and environments part ways",
    instead="Give the new file a version after all others: `telamon migrate rebase`. Undo a change by a new file.",
    bad=Example("", ""),
    good=Example("", ""),
    judge=judge,
    live=False,
    peers=("C17",),
)
