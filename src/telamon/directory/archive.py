"""Migration files that are archives (`atlas:txtar`): checks, the migration, the way back."""

from __future__ import annotations

from dataclasses import dataclass

from telamon.directory.directives import is_archive, leading_directives
from telamon.errors import CheckError
from telamon.scan import split
from telamon.statements import Statement

_MIGRATION, _DOWN, _CHECKS = "migration.sql", "down.sql", "checks.sql"


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a file that is an archive (`atlas:txtar`), or the whole of one that is not.

    Args:
        name: `migration.sql`, `down.sql`, `checks.sql` or `checks/<name>.sql`.
        text: without the marker line.
        line: of the file, on which the text begins.
    """

    name: str
    text: str
    line: int

    def statements(self, path: str) -> list[Statement]:
        """The statements of the part, with their lines in the file `path`."""
        return split(self.text, path, first_line=self.line)

    def check(self, path: str) -> Check:
        """The part as a pre-migration check."""
        asserts = [d.argument for d in leading_directives(self.text.lstrip()) if d.name == "assert"]
        return Check(self.name, tuple(self.statements(path)), "oneof" in asserts)


@dataclass(frozen=True, slots=True)
class Check:
    """A pre-migration check: queries that must be true before the migration may run.

    Args:
        name: of the part, such as `checks.sql`.
        statements: SELECTs of one value each.
        one_of: one true result suffices (`atlas:assert oneof`); else all must be true.
    """

    name: str
    statements: tuple[Statement, ...]
    one_of: bool = False


def read_parts(text: str, path: str) -> tuple[Part, ...]:
    """The parts of a migration file; one that is no archive is all `migration.sql`.

    A part begins after a marker line `-- name --` and ends before the next one.

    Raises:
        CheckError: a part that is unknown, given twice or missing.
    """
    if not is_archive(text):
        return (Part(_MIGRATION, text, 1),)
    lines = text.splitlines(keepends=True)
    heads: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        marker = line.rstrip()
        if marker.startswith("-- ") and marker.endswith(" --") and (name := marker[3:-3].strip()):
            _check_name(name, name in heads, f"{path}:{number}")
            heads[name] = number
    if _MIGRATION not in heads:
        do = f"Put the line `-- {_MIGRATION} --` above its statements."
        raise CheckError(f"the archive has no part {_MIGRATION}", where=f"{path}:1", do=do)
    ends = [*(number - 1 for number in list(heads.values())[1:]), len(lines)]
    return tuple(
        Part(name, "".join(lines[head:end]), head + 1) for (name, head), end in zip(heads.items(), ends, strict=True)
    )


def _check_name(name: str, twice: bool, where: str) -> None:
    known = name in (_MIGRATION, _DOWN, _CHECKS) or (name.startswith("checks/") and name.endswith(".sql"))
    if not known or twice:
        raise CheckError(
            f"the archive has {'two parts' if known else 'an unknown part'} {name}",
            where=where,
            why=f"Parts are {_MIGRATION}, {_DOWN}, {_CHECKS} and checks/<name>.sql.",
            do="Rename or remove it.",
        )
