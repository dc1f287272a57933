"""The schema cases: pairs old.sql / new.sql under tests/cases, as data. `tests/cases/README.md` explains the format."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

FOLDER = Path(__file__).parent / "cases"
KNOWN_FAILURES = Path(__file__).parent / "known_failures.toml"

Side = Literal["old", "new"]
Direction = Literal["forward", "backward"]
Expect = Literal["converges", "unchanged", "kept", "refuses"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
_KEYS = {"goal", "about", "minimum", "flags", "expect", "has", "lacks", *DIRECTIONS}
_DIRECTED_KEYS = {"flags", "expect", "has", "lacks"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case wants of the plan in one direction.

    Args:
        expect: converges (a plan that makes the desired schema), unchanged (an empty plan for equal schemas), kept (an
            empty plan although the dumps differ) or refuses (an error with a next step).
        flags: command-line flags of `schema diff`.
        has: texts that the plan contains; those in small letters are looked for in any case.
        lacks: texts that it must not contain.
    """

    expect: Expect = "converges"
    flags: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One folder of tests/cases."""

    folder: Path

    @property
    def name(self) -> str:
        """kind/sentence."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def meta(self) -> Mapping[str, Any]:
        """case.json. Raises ValueError when it has a key that nobody reads."""
        meta: dict[str, Any] = json.loads((self.folder / "case.json").read_text())
        unknown = meta.keys() - _KEYS
        for direction in DIRECTIONS:
            unknown |= meta.get(direction, {}).keys() - _DIRECTED_KEYS
        if unknown:
            raise ValueError(f"{self.name}: case.json has unknown keys: {', '.join(sorted(unknown))}")
        return meta

    @property
    def goals(self) -> tuple[str, ...]:
        """The numbered wrong results of other tools that the case holds us to."""
        return tuple(self.meta.get("goal", ()))

    @property
    def minimum(self) -> int:
        """The oldest server version that can load it."""
        return int(self.meta.get("minimum", 14))

    def script(self, side: Side) -> str:
        """The schema of a side."""
        return (self.folder / f"{side}.sql").read_text()

    def seed(self, side: Side) -> str:
        """Rows for a side; empty where none matter."""
        path = self.folder / ("seed.sql" if side == "old" else "seed_new.sql")
        return path.read_text() if path.exists() else ""

    def roles(self) -> list[str]:
        """Statements that make the roles, one a line."""
        path = self.folder / "roles.sql"
        return path.read_text().splitlines() if path.exists() else []

    def expectation(self, direction: Direction) -> Expectation:
        """What is wanted of the plan in a direction: the common keys, overridden by those of the direction."""
        told = {key: value for key, value in self.meta.items() if key in _DIRECTED_KEYS} | self.meta.get(direction, {})
        expect: Expect = told.get("expect", "converges")
        if expect not in get_args(Expect):
            raise ValueError(f"{self.name}: expect is {expect!r}")
        return Expectation(
            expect, tuple(told.get("flags", ())), tuple(told.get("has", ())), tuple(told.get("lacks", ()))
        )


def all_cases() -> list[Case]:
    """Returns every case, by name."""
    return [Case(path.parent) for path in sorted(FOLDER.glob("*/*/case.json"))]


def known_failures() -> dict[str, str]:
    """Returns the failures of today: `kind/sentence:direction` or `kind/sentence:direction@version` -> the reason."""
    return tomllib.loads(KNOWN_FAILURES.read_text()) if KNOWN_FAILURES.exists() else {}
