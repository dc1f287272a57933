"""`[lint]` of the configuration, read into what the rules need.

```toml
[lint]
grandfather = "20240101000000"        # files before this version are not judged
rules = ["lint_rules.py"]             # own rules

[lint.severity]
PG101 = "error"                       # a code, a rule's name or an analyzer
json-type = "off"

[lint.naming]
table = "^[a-z][a-z0-9_]*$"

[lint.types]
money = "numeric"

[lint.ownership]
allow = ["billing.*"]                 # objects that these migrations may change

[[lint.path]]
files = "migrations/2023*"
severity = { destructive = "off" }

[[lint.sql]]
name = "every-table-has-a-comment"
query = "SELECT ..."                  # each row is a finding
```
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from telamon.errors import UsageError
from telamon.lint.finding import Severity
from telamon.lint.rule import Rule

if TYPE_CHECKING:
    from telamon.project import Env

LEVELS = ("error", "warning", "info", "off", "on")
NAMED = ("schema", "table", "column", "index", "foreign_key", "check")
"""What naming patterns are for, in the order of NM101 to NM106."""
_KEYS = ("grandfather", "rules", "severity", "naming", "types", "ownership", "path", "sql")

Level = Literal["error", "warning", "info", "off", "on"]
Levels = Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class SqlRule:
    """A rule that is a query: each row that comes with a file, and was not there before it, is a finding."""

    name: str
    query: str
    message: str
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says about lint.

    Args:
        grandfather: files before this version are not judged.
        modules: Python files with own rules.
        levels: by code, name or analyzer.
        paths: (pattern, levels), the last one that matches goes first.
        names: patterns of names.
        types: unwanted types, and what to take instead.
        allow, deny: patterns of objects that may be changed, and of those that may not.
        queries: own rules in SQL.
        where: they stand, for messages.
    """

    grandfather: str = ""
    modules: tuple[Path, ...] = ()
    levels: Levels = field(default_factory=dict)
    paths: tuple[tuple[str, Levels], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    queries: tuple[SqlRule, ...] = ()
    where: str = "[lint] of the configuration"

    def severity(self, rule: Rule, path: str) -> Severity | None:
        """How grave a rule's findings are in a file; None where it is not in force."""
        for levels in [*(each for pattern, each in reversed(self.paths) if _matches(path, pattern)), self.levels]:
            for name in (rule.code, rule.name, rule.analyzer):
                level = levels.get(name)
                if level == "off":
                    return None
                if level == "on":
                    return rule.severity
                if level is not None:
                    return level
        return rule.severity if rule.on else None

    def check(self, rules: Sequence[Rule]) -> None:
        """Refuses names of rules that there are not.

        Raises:
            UsageError: names the nearest.
        """
        known = names_of(rules)
        for levels in (self.levels, *(each for _, each in self.paths)):
            for name in levels:
                if name not in known:
                    near = get_close_matches(name, sorted(known), n=1, cutoff=0.4)
                    raise UsageError(
                        f"There is no lint rule {name}",
                        where=self.where,
                        do=f"Do you mean {near[0]}?"
                        if near
                        else "The documentation lists them on the page of lint rules.",
                    )


def names_of(rules: Sequence[Rule]) -> frozenset[str]:
    """All names by which rules may be meant: codes, rules and groups."""
    return frozenset(name for rule in rules for name in (rule.code, rule.name, rule.analyzer))


def read_settings(env: Env) -> Settings:
    """The settings of an environment.

    Raises:
        UsageError: a key or a value is not understood.
    """
    where = f"[lint] of {os.path.relpath(env.file)}" if env.file else "[lint] of the configuration"
    try:
        return replace(_read(env), where=where)
    except UsageError as error:
        raise UsageError(error.what, where=where, why=error.why, do=error.do) from None


def _read(env: Env) -> Settings:
    table = env.lint
    _known(table, _KEYS, "lint")
    paths = tuple(
        (_text(each, "files", "lint.path"), _levels(each.get("severity", {}), "lint.path.severity"))
        for each in _tables(table.get("path", []), "lint.path", ("files", "severity"))
    )
    names = _texts(table.get("naming", {}), "lint.naming")
    _known(names, NAMED, "lint.naming")
    for name, pattern in names.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise _wrong(f"lint.naming.{name} is no pattern", str(error)) from None
    modules = _list(table.get("rules", []), "lint.rules")
    owned = table.get("ownership", {})
    if not isinstance(owned, dict):
        raise _wrong("lint.ownership is to be a table")
    _known(owned, ("allow", "deny"), "lint.ownership")
    queries = _tables(table.get("sql", []), "lint.sql", ("name", "query", "message", "severity"))
    return Settings(
        str(table.get("grandfather", "")),
        tuple(env.base / each for each in modules),
        _levels(table.get("severity", {}), "lint.severity"),
        paths,
        names,
        _texts(table.get("types", {}), "lint.types"),
        _list(owned.get("allow", []), "lint.ownership.allow"),
        _list(owned.get("deny", []), "lint.ownership.deny"),
        tuple(_query(each) for each in queries),
    )


def _query(table: Mapping[str, Any]) -> SqlRule:
    severity = table.get("severity", "warning")
    if severity not in ("error", "warning", "info"):
        raise _wrong(f'severity = "{severity}" of lint.sql is not known')
    name = _text(table, "name", "lint.sql")
    return SqlRule(name, _text(table, "query", "lint.sql"), str(table.get("message", name)), severity)


def _levels(written: Any, where: str) -> Levels:
    found: dict[str, Level] = {}
    for name, level in _texts(written, where).items():
        if level not in LEVELS:
            raise _wrong(f'{name} = "{level}" is not known', f"It is one of: {', '.join(LEVELS)}.")
        found[name] = level  # type: ignore[assignment]
    return found


def _texts(written: Any, where: str) -> dict[str, str]:
    if not isinstance(written, dict) or not all(isinstance(each, str) for each in written.values()):
        raise _wrong(f"{where} is to be a table of texts")
    return written


def _list(written: Any, where: str) -> tuple[str, ...]:
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise _wrong(f"{where} is to be a list of texts")
    return tuple(written)


def _tables(written: Any, where: str, keys: tuple[str, ...]) -> list[Mapping[str, Any]]:
    if not isinstance(written, list) or not all(isinstance(each, dict) for each in written):
        raise _wrong(f"{where} is to be written [[{where}]]")
    for each in written:
        _known(each, keys, where)
    return written


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(table.get(key), str):
        raise _wrong(f"{where} needs a text {key}")
    return str(table[key])


def _known(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in keys:
            near = get_close_matches(key, keys, n=1, cutoff=0.5)
            raise UsageError(
                f"{key} is not a setting of {where}",
                do=f"Do you mean {near[0]}?" if near else f"Known are: {', '.join(keys)}.",
            )


def _wrong(what: str, why: str = "") -> UsageError:
    return UsageError(what, why=why)


def _matches(path: str, pattern: str) -> bool:
    return fnmatch(path, pattern) or fnmatch(path, f"*/{pattern}")
