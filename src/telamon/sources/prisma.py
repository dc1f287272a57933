"""Prisma: what the project's own `prisma migrate diff` makes of a schema from nothing."""

from __future__ import annotations

from pathlib import Path

from telamon.errors import TelamonError, UsageError
from telamon.sources.node import Tool, find_tool, quiet
from telamon.sources.programs import Printed, run, tail
from telamon.sources.types import SqlSource, SqlText

_RENAMED = 7  # the version from which the option is called `--to-schema`
_ENGINE = ("binaries.prisma.sh", "schema-engine", "schema engine", "ENOTFOUND", "query_engine")


def open_prisma(rest: str, base: Path) -> SqlSource:
    """Returns the schema of a Prisma file, or of a folder of them.

    Prisma's engine writes the SQL. Where it is not installed yet Prisma fetches it, as it does for itself.

    Args:
        rest: the path of schema.prisma.
        base: what it is relative to.

    Raises:
        UsageError: nothing is there.
        TelamonError: node, prisma or its engine is missing, or it does not understand the schema.
    """
    label = f"prisma://{rest}"
    path = base.absolute() / Path(rest).expanduser()
    if not rest or not path.exists():
        raise UsageError(
            f"There is no schema {rest}", where=label, do=f"Check the path: it was looked for from {base}."
        )
    tool = find_tool("prisma", path.parent, label, install="npm i -D prisma")
    option = "--to-schema" if int(tool.version.split(".")[0] or 0) >= _RENAMED else "--to-schema-datamodel"
    printed = run(
        [*tool.command, "migrate", "diff", "--from-empty", option, str(path), "--script"],
        tool.home,
        label=label,
        name="prisma",
        env={"NO_COLOR": "1", "PRISMA_HIDE_UPDATE_MESSAGE": "1", "CHECKPOINT_DISABLE": "1"},
    )
    if printed.code or not printed.out.strip():
        raise _failed(printed, tool, label)
    return SqlSource((SqlText(printed.out, f"prisma migrate diff of {rest}"),), ordered=False, label=label)


def _failed(printed: Printed, tool: Tool, label: str) -> TelamonError:
    said = "\n".join(part for part in (printed.out, printed.err) if part.strip())
    what = f"prisma migrate diff ended with {printed.code}" if printed.code else "prisma migrate diff printed no SQL"
    if not any(word in said for word in _ENGINE):
        return TelamonError(what, where=label, why=tail(quiet(said)))
    return TelamonError(
        "Prisma's schema engine cannot be had",
        where=f"{label}: prisma {tool.version} in {tool.home}",
        why=tail(quiet(said)),
        do="Run npx prisma version where binaries.prisma.sh can be reached, or set PRISMA_SCHEMA_ENGINE_BINARY to it. "
        "Else have the SQL made elsewhere (npx prisma migrate diff ... --script > schema.sql) and use file://schema.sql",
    )
