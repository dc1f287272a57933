"""Drizzle: what the project's own `drizzle-kit export` prints."""

from __future__ import annotations

import glob
import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from telamon.errors import TelamonError, UsageError
from telamon.sources.node import Tool, above, find_tool, quiet
from telamon.sources.programs import Printed, relay, run, tail
from telamon.sources.types import SqlSource, SqlText

_CONFIGS = tuple(f"drizzle.config.{ending}" for ending in ("ts", "mts", "js", "mjs", "cjs", "json"))
_MODULES = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".tsx", ".jsx")
_WRONG_DIALECT, _CASED = 64, 65  # exit codes that our configuration gives

# A configuration that says the project's own, with another schema.
_CONFIG = """\
const found = %(given)s;
const given = found && found.default ? found.default.default ?? found.default : found;
if (given.dialect && given.dialect !== "postgresql") {
  console.error("The dialect in " + %(name)s + " is " + given.dialect + ".");
  process.exit(%(wrong)d);
}
if (given.casing && !process.env.TELAMON_OUT) process.exit(%(cased)d);
const out = process.env.TELAMON_OUT ? { out: process.env.TELAMON_OUT } : {};
module.exports = { ...given, ...out, dialect: "postgresql"%(schema)s };
"""

# drizzle-kit prints the SQL at once and last. What the configuration (dotenv!) or the schema prints is no SQL.
_LISTENER = """\
const fs = require("fs");
const util = require("util");
console.log = (...what) => {
  const caller = (new Error().stack || "").split("\\n")[2] || "";
  const text = util.format(...what);
  if (caller.includes(process.env.TELAMON_TOOL)) {
    fs.appendFileSync(process.env.TELAMON_HEARD, JSON.stringify(text) + "\\n");
  } else {
    console.error(text);
  }
};
console.info = console.log;
"""


def open_drizzle(rest: str, base: Path) -> SqlSource:
    """Returns the schema of Drizzle's TypeScript.

    The settings of `drizzle.config.*` hold, where there is one beside the schema or above. `drizzle-kit export` ignores
    `casing`; where it is set, the first migration that `drizzle-kit generate` would write is taken.

    Args:
        rest: a schema file, a folder, a pattern with `*`, or `drizzle.config.ts`, whose `schema` is meant then.
        base: what a relative path is relative to.

    Raises:
        UsageError: nothing is there.
        TelamonError: node or drizzle-kit is missing, drizzle-kit is too old, fails, or prints no SQL.
    """
    label = f"drizzle://{rest}"
    if not rest:
        raise UsageError("drizzle:// names no schema", where=label, do="Write drizzle://path/to/schema.ts")
    files = _files(rest, base, label)
    config: Path | None
    if len(files) == 1 and files[0].name.startswith("drizzle.config."):
        config, schema = files[0], None
    else:
        config, schema = _config_above(files[0].parent, base), [str(file) for file in files]
    tool = find_tool("drizzle-kit", files[0].parent, label, install="npm i -D drizzle-kit drizzle-orm")
    with tempfile.TemporaryDirectory(prefix="telamon-") as folder:
        sql = _Run(tool, Path(folder), config, schema, label).export()
    return SqlSource((SqlText(sql, f"drizzle-kit export of {rest}"),), ordered=False, label=label)


def _files(rest: str, base: Path, label: str) -> list[Path]:
    written = base.absolute() / Path(rest).expanduser()
    if written.exists():
        return [written]
    found = [Path(name) for name in sorted(glob.glob(str(written), recursive=True)) if name.endswith(_MODULES)]
    if not found:
        raise UsageError(
            f"There is no schema {rest}", where=label, do=f"Check the path: it was looked for from {base}."
        )
    return found


def _config_above(start: Path, base: Path) -> Path | None:
    """The nearest configuration, looked for up to `base` or the root of the repository."""
    for folder in above(start):
        for name in _CONFIGS:
            if (folder / name).is_file():
                return folder / name
        if folder == base.absolute() or (folder / ".git").exists():
            break
    return None


@dataclass(frozen=True, slots=True)
class _Run:
    """One use of drizzle-kit.

    Args:
        tool: drizzle-kit.
        folder: a temporary one.
        config: the project's; None if it has none.
        schema: the files; None if the configuration says which.
        label: the source, for messages.
    """

    tool: Tool
    folder: Path
    config: Path | None
    schema: list[str] | None
    label: str

    def export(self) -> str:
        """The SQL. Whatever else is printed goes to stderr.

        Raises:
            TelamonError: drizzle-kit fails, or prints none.
        """
        self._prepare()
        printed = self._run("export", "--sql")
        said = self._said()
        sql, also = (said[-1] if said else ""), said[:-1]
        if printed.code == _CASED:
            printed = self._run("generate", out=self._out)
            also = self._said()
            if not printed.code:  # what it says itself praises its file
                also, printed = [], replace(printed, out="")
            sql = "\n".join(file.read_text(encoding="utf-8") for file in sorted(self._out.rglob("*.sql")))
        words = "\n".join([*also, printed.out, printed.err])
        if printed.code:
            raise self._failed(printed.code, "\n".join([sql, words]))
        # An import that fails is told on stderr, with 0 as the exit code and without output.
        if not sql.strip():
            raise TelamonError(
                "drizzle-kit export printed no SQL",
                where=self.label,
                why=tail(quiet(words)),
                do="The files named have to export their tables: export const users = pgTable(...)",
            )
        relay(words)
        return sql

    @property
    def _heard(self) -> Path:
        return self.folder / "heard"

    @property
    def _out(self) -> Path:
        return self.folder / "out"

    @property
    def _cwd(self) -> Path:
        """The folder to which the paths in a configuration are relative."""
        return self.config.parent if self.config else self.tool.home

    def _from_cwd(self, path: Path) -> str:
        """A path as drizzle-kit takes it: relative, and so without symbolic links, for `..` leaves the real folder."""
        return os.path.relpath(os.path.realpath(path), os.path.realpath(self._cwd))

    def _prepare(self) -> None:
        values = {
            "given": f"require({json.dumps(str(self.config))})" if self.config else "{}",
            "name": json.dumps(self.config.name if self.config else ""),
            "wrong": _WRONG_DIALECT,
            "cased": _CASED,
            "schema": "" if self.schema is None else f", schema: {json.dumps(self.schema)}",
        }
        (self.folder / "drizzle.config.ts").write_text(_CONFIG % values, encoding="utf-8")
        (self.folder / "listener.cjs").write_text(_LISTENER, encoding="utf-8")

    def _run(self, *command: str, out: Path | None = None) -> Printed:
        config = self._from_cwd(self.folder / "drizzle.config.ts")
        listener = json.dumps(str(self.folder / "listener.cjs"))
        package = os.path.realpath(self.tool.home / "node_modules" / self.tool.name)
        variables = {
            "NO_COLOR": "1",
            "FORCE_COLOR": "0",
            "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --require {listener}".strip(),
            "TELAMON_HEARD": str(self._heard),
            "TELAMON_TOOL": package + os.sep,
            "TELAMON_OUT": self._from_cwd(out) if out else "",
        }
        command = (*self.tool.command, *command, "--config", config)
        return run(command, self._cwd, label=self.label, name="drizzle-kit", env=variables)

    def _said(self) -> list[str]:
        """What drizzle-kit itself printed, each piece as it came."""
        if not self._heard.exists():
            return []
        return [json.loads(line) for line in self._heard.read_text(encoding="utf-8").splitlines()]

    def _failed(self, code: int, words: str) -> TelamonError:
        if code == _WRONG_DIALECT:
            return TelamonError(
                "The configuration of drizzle-kit is not one for PostgreSQL",
                where=f"{self.label}: {self.config}",
                why=tail(words),
                do='It has to say dialect: "postgresql".',
            )
        if "unknown command" in words.lower():
            return TelamonError(
                f"drizzle-kit {self.tool.version} has no export",
                where=f"{self.label}: {self.tool.home / 'node_modules' / self.tool.name}",
                why=tail(words),
                do="Run npm i -D drizzle-kit@latest drizzle-orm@latest",
            )
        return TelamonError(f"drizzle-kit ended with {code}", where=self.label, why=tail(quiet(words)))
