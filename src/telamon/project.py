"""The project's configuration: `telamon.toml`, `[tool.telamon]` in pyproject.toml, or Atlas's `atlas.hcl`.

```toml
dir = "migrations"                       # what stands above the first [env] holds for every environment

[env.local]
src = ["file://sql", "sqlalchemy://app.models:metadata", { exec = ["./schema.sh", "--all"] }]
url = "${DATABASE_URL:-postgres://localhost/app}"
```
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from telamon.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from telamon.hcl.policies import AtlasSettings

Destructive: TypeAlias = Literal["allow", "ask", "refuse"]
ExecOrder: TypeAlias = Literal["linear", "linear-skip", "non-linear"]
TxMode: TypeAlias = Literal["file", "all", "none"]

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_TEXTS = ("dir", "url", "dev", "role", "python", "revisions_schema", "baseline", "tests")
_LISTS = ("src", "schemas", "exclude", "roles", "renames", "context")
_CHOICES = {
    "destructive": ("allow", "ask", "refuse"),
    "exec_order": ("linear", "linear-skip", "non-linear"),
    "tx_mode": ("file", "all", "none"),
}
_DURATIONS = ("lock_timeout",)
_TABLES = ("lint",)
_SWITCHES = ("database_settings",)
_COUNTS = {"canary": 0, "max_failures": 1, "per_server": 1}
_TARGETS = ({"query"}, {"query", "url"}, {"schemas_query"}, {"schemas_query", "url"})
_KEYS = (*_TEXTS, *_LISTS, *_CHOICES, *_DURATIONS, *_COUNTS, *_TABLES, *_SWITCHES, "ignore", "targets")


@dataclass(frozen=True, slots=True)
class Ignored:
    """A difference between a target and its migrations that is left alone.

    Args:
        object: a pattern as `exclude` has it: `index:public.t_idx`.
        reason: why.
    """

    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of an environment that has many.

    Args:
        urls: they themselves, or else
        url: of a database that is asked for them
        query: by a query that returns URLs, or
        schemas_query: by one that returns the names of its schemas, each of which is a target.
    """

    urls: tuple[str, ...] = ()
    url: str = ""
    query: str = ""
    schemas_query: str = ""


@dataclass(frozen=True, slots=True)
class Env:
    """One environment. Each property reads its key and resolves `${VAR}` only then: what is not used may be unset.

    Args:
        name: as in `[env.name]`.
        folder: of the configuration, to which paths are relative.
        file: the configuration; None where there is none, and then every property has its default.
        values: the keys as written.
        lines: the line on which each key stands.
        atlas: what an atlas.hcl says further; its values are evaluated already, and `${VAR}` in them is text.
        flags: of keys that the command line gave, the flag.

    Every property raises UsageError for a variable that is not set, naming the variable, the key and file:line.
    """

    name: str
    folder: str
    file: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    atlas: AtlasSettings | None = None
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """The folder to which what is written is relative."""
        from pathlib import Path

        return Path(self.folder)

    def overridden(self, key: str, value: Any, flag: str) -> Env:
        """The environment with a key as a flag gives it."""
        return replace(self, values={**self.values, key: value}, flags={**self.flags, key: flag})

    @property
    def src(self) -> tuple[str, ...]:
        """The sources of the desired schema; several are merged."""
        return self._list("src")

    @property
    def rows(self) -> tuple[str, ...]:
        """Those of the sources that declare rows; the others need not be resolved for them. Atlas knows none."""
        value = [] if self.atlas else self.values.get("src", [])
        parts = value if isinstance(value, list) else [value]
        return tuple(self._resolved(part, "src") for part in parts if str(part).startswith("rows://"))

    @property
    def dir(self) -> str | None:
        """The migration directory; a path is relative to the configuration. Unsaid, `migrations` is taken."""
        written = self._text("dir")
        if written is None:
            return None
        path = os.path.join(self.folder, os.path.expanduser(written.removeprefix("file://")))
        relative = os.path.relpath(path)
        return path if relative.startswith("..") else relative

    @property
    def tests(self) -> str | None:
        """The folder of tests of migrations; a path is relative to the configuration."""
        written = self._text("tests")
        return os.path.relpath(os.path.join(self.folder, os.path.expanduser(written))) if written else None

    @property
    def url(self) -> str | None:
        """The target.

        Raises:
            UsageError: there are several, by `for_each`.
        """
        if self.atlas and len(self.atlas.targets) > 1:
            raise UsageError(
                f"The environment {self.name} has {len(self.atlas.targets)} targets",
                where=", ".join(target.name for target in self.atlas.targets),
                do="Give one of them with --url.",
            )
        return self._text("url")

    @property
    def dev(self) -> str:
        """The dev server: `embedded`, `embedded/16`, `postgres://...` or `docker://...`."""
        return self._text("dev") or "embedded"

    def dev_server(self, given: str | None = None) -> str:
        """The dev server: as given, else configured. Where roles are managed, one that is alone for each database.

        Raises:
            UsageError: roles are managed, and it is not an embedded one.
        """
        from telamon.role_patterns import dev_with_roles

        wanted = given or self.dev
        return dev_with_roles(wanted) if self.roles else wanted

    @property
    def role(self) -> str | None:
        """The role that is set before DDL, so that it owns what is created."""
        return self._text("role")

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas that are managed; empty means all."""
        return self._list("schemas")

    @property
    def exclude(self) -> tuple[str, ...]:
        """Patterns of objects that are left alone."""
        return self._list("exclude")

    @property
    def roles(self) -> tuple[str, ...]:
        """Patterns of the roles that the description of the schema manages: `["app_*", "schema_admin"]`. They are those
        of a whole server; unsaid, none is managed."""
        from telamon.role_patterns import checked

        return checked(self._list("roles"), self._place("roles"))

    @property
    def database_settings(self) -> bool:
        """Whether the settings of the database itself (ALTER DATABASE ... SET), its comment and its grants are managed.
        Unsaid, they are not."""
        return bool(self.values.get("database_settings", False))

    @property
    def destructive(self) -> Destructive | None:
        """What is done about changes that lose data. If nothing is said, `migrate diff` asks where there is a terminal,
        and what changes a target refuses."""
        return cast("Destructive | None", self._text("destructive"))

    @property
    def python(self) -> str | None:
        """The interpreter that imports models; a path with a slash is relative to the configuration."""
        written = self._text("python")
        if not written or "/" not in written:
            return written
        return os.path.join(self.folder, os.path.expanduser(written))

    @property
    def revisions_schema(self) -> str | None:
        """The schema of the revision table, where it is not the default."""
        return self._text("revisions_schema")

    @property
    def lock_timeout(self) -> float | None:
        """How long to wait for another run, in seconds. Written `10`, `"10s"`, `"500ms"` or `"2m"`."""
        value = self.values.get("lock_timeout")
        if value is None or isinstance(value, int | float):
            return value
        return _seconds(cast("str", self._text("lock_timeout")), self._place("lock_timeout"))

    @property
    def exec_order(self) -> ExecOrder:
        """What is done about files that are older than the last one applied: an error, left out, or run."""
        return cast("ExecOrder", self._text("exec_order") or "linear")

    @property
    def tx_mode(self) -> TxMode:
        """What one transaction spans: a file, all that is pending, or nothing."""
        return cast("TxMode", self._text("tx_mode") or "file")

    @property
    def baseline(self) -> str | None:
        """The version at which a target without history stands."""
        return self._text("baseline")

    @property
    def renames(self) -> tuple[str, ...]:
        """Renames that are accepted, as `--rename` takes them: `table:old=new`."""
        return self._list("renames")

    @property
    def lint(self) -> Mapping[str, Any]:
        """The table `[lint]`: which rules are in force, and how grave they are."""
        return cast("Mapping[str, Any]", self.values.get("lint", {}))

    @property
    def hint(self) -> str:
        """What to do where a setting is missing because no environment of an atlas.hcl was named; "" otherwise."""
        unnamed = self.atlas is not None and not self.values
        return f"{self.file} is used only with --env NAME, as in Atlas." if unnamed else ""

    @property
    def ignore(self) -> tuple[Ignored, ...]:
        """The differences that `schema drift` leaves out of account."""
        return tuple(Ignored(each["object"], each["reason"]) for each in self.values.get("ignore", []))

    @property
    def context(self) -> tuple[str, ...]:
        """The contexts whose migrations are applied here, beside those without any."""
        return self._list("context")

    @property
    def targets(self) -> Targets | None:
        """The targets, where there are many instead of one `url`."""
        value = self.values.get("targets")
        if value is None or isinstance(value, list):
            return None if value is None else Targets(self._list("targets"))
        what, where = f"targets of the environment {self.name}", self._place("targets")
        url = _resolve(value["url"], what, where) if "url" in value else self.url
        if not url:
            raise UsageError("targets has a query and no url to ask", where=where)
        return Targets((), url, value.get("query", ""), value.get("schemas_query", ""))

    @property
    def canary(self) -> int:
        """How many of the targets go first, alone."""
        return cast("int", self.values.get("canary", 1))

    @property
    def max_failures(self) -> int:
        """After so many failed targets no other one is begun."""
        return cast("int", self.values.get("max_failures", 1))

    @property
    def per_server(self) -> int:
        """How many targets of one server are worked on at a time."""
        return cast("int", self.values.get("per_server", 4))

    def _text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None:
            return None
        text = self._resolved(value, key)
        if key in _CHOICES and text not in _CHOICES[key]:
            raise UsageError(
                f'{key} = "{text}" is not known',
                where=self._place(key),
                do=f"It is one of: {', '.join(_CHOICES[key])}.",
            )
        return text

    def _list(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        parts = value if isinstance(value, list) else [value]
        return tuple(self._part(part, key) for part in parts)

    def _part(self, part: str | dict[str, list[str]], key: str) -> str:
        """One of a list, resolved; a program with its arguments becomes what could have been written as a text."""
        if isinstance(part, str):
            return self._resolved(part, key)
        import shlex

        return "exec://" + shlex.join(self._resolved(each, key) for each in part["exec"])

    def _resolved(self, text: str, key: str) -> str:
        return text if self.atlas else _resolve(text, f"{key} of the environment {self.name}", self._place(key))

    def _place(self, key: str) -> str:
        if key in self.flags:
            return self.flags[key]
        return f"{self.file}:{self.lines[key]}" if key in self.lines else str(self.file)


def load_project(
    config: str | None = None, env: str | None = None, variables: Mapping[str, tuple[str, ...]] | None = None
) -> Env:
    """Returns the environment to work in.

    Args:
        config: the file; if None it is looked for from the working directory up to the root of the repository.
        env: its name; if None, `local`, or the only one. Without a file there is one, without settings. Of an atlas.hcl
            none is taken that is not named, as in Atlas.
        variables: name -> the values of `--var`, for the variables of an atlas.hcl.

    Raises:
        UsageError: the file or the environment is not there, the file cannot be read, or has a key that is not known.
    """
    found = _find() if config is None else config.removeprefix("file://")
    if found is None:
        if env is not None:
            raise UsageError(
                f"There is no configuration with an environment {env}",
                do="Write a telamon.toml, or name one with --config.",
            )
        return Env("local", os.getcwd())
    from pathlib import Path

    file = Path(found)
    if file.suffix == ".hcl":
        # Not imported by name: its data sources may need a driver, which this module must not.
        base = file.absolute().parent if config is None else Path.cwd()
        return cast("Env", import_module("telamon.hcl").load_atlas(file, env, variables or {}, base))
    if variables:
        raise UsageError(
            "--var is for the variables of an atlas.hcl", where=str(file), do="Set ${NAME} in the environment."
        )
    text, table, prefix = _read(file)
    return _choose(_envs(file, text, table, prefix), file, env)


def _find() -> str | None:
    """The configuration's path: in the working directory its name, above it the whole path."""
    folder, below = os.getcwd(), ""
    while folder != below:
        for name in ("telamon.toml", "pyproject.toml", "atlas.hcl"):
            file = os.path.join(folder, name) if below else name
            if os.path.isfile(file) and (name != "pyproject.toml" or "telamon" in _parse(file)[1].get("tool", {})):
                return file
        if os.path.exists(os.path.join(folder, ".git")):
            return None
        folder, below = os.path.dirname(folder), folder
    return None


def _parse(file: Path | str) -> tuple[str, dict[str, Any]]:
    import tomllib

    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        return text, tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"The configuration {file} cannot be read", why=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML", why=str(error)) from error


def _read(file: Path) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Returns a configuration's text, its table, and the names under which that table stands in the file."""
    text, table = _parse(file)
    if file.name != "pyproject.toml":
        return text, table, ()
    own = table.get("tool", {}).get("telamon")
    if not isinstance(own, dict):
        raise UsageError(f"{file} has no [tool.telamon]")
    return text, own, ("tool", "telamon")


def _envs(file: Path, text: str, table: dict[str, Any], prefix: tuple[str, ...]) -> dict[str, Env]:
    """Returns the environments, each with the keys above them as its defaults."""
    line_of = partial(_line_of, text)
    common = {key: value for key, value in table.items() if key != "env"}
    _check(common, {key: line_of(prefix, key) for key in common}, file, (*_KEYS, "env"))
    common_lines = {key: line_of(prefix, key) for key in common}
    written = table.get("env", {"local": {}})
    if not isinstance(written, dict) or not all(isinstance(each, dict) for each in written.values()):
        raise UsageError(
            "env is not a table", where=str(file), do="Write [env.local] above the keys of an environment."
        )
    envs = {}
    for name, values in written.items():
        own_lines = {key: line_of((*prefix, "env", name), key) for key in values}
        _check(values, own_lines, file, _KEYS)
        both = {key: _merged(common[key], values[key]) for key in _TABLES if key in common and key in values}
        merged = {**common, **values, **both}
        envs[name] = Env(name, str(file.absolute().parent), file, merged, {**common_lines, **own_lines})
    return envs


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A table with another laid over it, key by key."""
    both = {
        key: _merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}


def _choose(envs: dict[str, Env], file: Path, name: str | None) -> Env:
    wanted = name or ("local" if "local" in envs or len(envs) != 1 else next(iter(envs)))
    if wanted not in envs:
        raise UsageError(
            f"{file} has no environment {wanted}",
            why=f"It has: {', '.join(envs)}." if envs else "",
            do="Name one with --env.",
        )
    return envs[wanted]


def _check(values: Mapping[str, Any], lines: Mapping[str, int], file: Path, known: tuple[str, ...]) -> None:
    """Refuses keys that are not known and values of another type than their key's."""
    for key, value in values.items():
        where = f"{file}:{lines[key]}" if lines[key] else str(file)
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(key, known, n=1, cutoff=0.5)
            do = f"Do you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
            raise UsageError(f"{key} is not a setting", where=where, do=do)
        wanted = _mistake(key, value)
        if wanted:
            raise UsageError(f"{key} is to be {wanted}", where=where)


def _mistake(key: str, value: Any) -> str:
    """Returns what the value of a key has to be, or nothing if it is."""
    if key == "src":
        parts = value if isinstance(value, list) else [value]
        wanted = 'a text, a program {exec = ["program", "argument"]}, or a list of these'
        return "" if all(isinstance(each, str) or _is_program(each) for each in parts) else wanted
    if key in _LISTS:
        listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return "" if listed or isinstance(value, str) else "a text or a list of texts"
    if key in _COUNTS:
        counted = isinstance(value, int) and not isinstance(value, bool) and value >= _COUNTS[key]
        return "" if counted else f"a number from {_COUNTS[key]} on"
    if key == "targets":
        asked = (
            isinstance(value, dict) and {*value} in _TARGETS and all(isinstance(each, str) for each in value.values())
        )
        listed = isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
        return "" if asked or listed else "a list of URLs, or { query = ... } or { schemas_query = ... }, with a url"
    if key == "ignore":
        tables = isinstance(value, list) and all(isinstance(each, dict) for each in value)
        named = tables and all({*each} == {"object", "reason"} for each in value)
        said = named and all(isinstance(text, str) and text.strip() for each in value for text in each.values())
        return "" if said else "a list of { object = ..., reason = ... }, both of them texts that are not empty"
    if key in _DURATIONS:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number or isinstance(value, str) else 'a number of seconds or a text such as "10s"'
    if key in _SWITCHES:
        return "" if isinstance(value, bool) else "true or false"
    if key in _TABLES:
        return "" if isinstance(value, dict) else f"a table: [{key}]"
    return "" if isinstance(value, str) else "a text"


def _is_program(value: Any) -> bool:
    """Whether a value is a program with its arguments: `{exec = ["program", "argument"]}`."""
    command = value.get("exec") if isinstance(value, dict) and len(value) == 1 else None
    return isinstance(command, list) and bool(command) and all(isinstance(each, str) for each in command)


def _line_of(text: str, table: tuple[str, ...], key: str) -> int:
    """Returns the line of a key, else of its table's header, else 0: a TOML parser does not tell."""
    header, current, found = ".".join(table), "", 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.partition("]")[0].lstrip("[").replace('"', "").replace(" ", "")
            found = number if current == header else found
        elif current == header and stripped.partition("=")[0].strip().strip("\"'") == key:
            return number
    return found


def _resolve(text: str, what: str, where: str) -> str:
    """Returns a text with each `${VAR}` and `${VAR:-default}` replaced from the environment, as a shell does."""
    head, opening, rest = text.partition("${")
    if not opening:
        return text
    inside, closing, tail = rest.partition("}")
    name, separator, default = inside.partition(":-")
    if not closing or not name.isidentifier():
        raise UsageError(f"${{{inside.split('}')[0]} in {what} is not a variable", where=where, do="Write ${NAME}.")
    value = os.environ.get(name)
    if separator and not value:
        value = default
    if value is None:
        raise UsageError(
            f"The variable {name} is not set, and {what} needs it",
            where=where,
            do=f"Set it, or give a default: ${{{name}:-...}}.",
        )
    return head + value + _resolve(tail, what, where)


def _seconds(text: str, where: str) -> float:
    """Returns a duration such as `500ms` in seconds."""
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text.strip()[len(number) :].strip() or "s"
    if unit not in _UNITS or not number.replace(".", "", 1).isdecimal():
        raise UsageError(f'"{text}" is not a duration', where=where, do='Write seconds, "500ms" or "10s".')
    return float(number) * _UNITS[unit]
