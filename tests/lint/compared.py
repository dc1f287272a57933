"""Squawk, a linter that looks at syntax, on the same examples: where the two differ, and why.

Makes `docs/explanation/lint-compared.md`. The reasons are written by hand; a difference without a reason is a failure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from telamon.lint.rules import RULES
from tests.lint.conftest import Lab
from tests.lint.squawk_reasons import PAIRS, REASONS
from tests.lint.test_programs import CASES, SETUP

Side = Literal["squawk", "telamon"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A migration on top of a schema.

    Args:
        name: of the rule whose example it is, and whether it is the bad one.
    """

    name: str
    setup: str
    sql: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One rule of Squawk's beside those of Telamon's that are about the same.

    Args:
        both, neither: how many samples.
        only: the samples in which one of the two finds something.
    """

    rule: str
    codes: tuple[str, ...]
    both: int
    neither: int
    only: dict[Side, tuple[str, ...]]


def squawk() -> str | None:
    """The program, beside this interpreter or elsewhere on the path."""
    return shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which("squawk")


def samples() -> list[Sample]:
    """The bad and the good example of every rule."""
    return [
        Sample(f"{rule.code} {word}", example.setup, example.sql)
        for rule in RULES
        for word, example in (("bad", rule.bad), ("good", rule.good))
        if example.sql
    ]


def programs() -> list[Sample]:
    """The same inside of programs."""
    return [Sample(name, SETUP, sql) for name, (sql, _) in CASES.items()]


def by_squawk(program: str, wanted: Iterable[Sample], folder: Path) -> dict[str, set[str]]:
    """The rules of Squawk's that find something, by sample. Files are in a transaction unless they say otherwise."""
    found: dict[str, set[str]] = {}
    paths: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for number, sample in enumerate(wanted):
        path = folder / f"{number}.sql"
        path.write_text(sample.sql + "\n")
        paths["atlas:txmode none" not in sample.sql][str(path)] = sample.name
        found[sample.name] = set()
    for inside, names in paths.items():
        command = [program, "--reporter=json", "--pg-version=18.0", f"--include={','.join(PAIRS)}", *names]
        done = subprocess.run(
            [*command, *(["--assume-in-transaction"] if inside else [])], capture_output=True, text=True, check=False
        )
        for each in json.loads(done.stdout):
            found[names[each["file"]]].add(each["rule_name"])
    return found


def by_telamon(lab: Lab, wanted: Iterable[Sample]) -> dict[str, set[str]]:
    """The codes that find something, by sample."""
    return {sample.name: set(lab.codes(sample.setup, sample.sql)) for sample in wanted}


def compare(program: str, lab: Lab, folder: Path) -> list[Compared]:
    """Every pair of rules on every sample."""
    listed = samples()
    theirs, ours = by_squawk(program, listed, folder), by_telamon(lab, listed)
    found = []
    for rule, codes in PAIRS.items():
        tally: dict[tuple[bool, bool], list[str]] = {}
        for sample in listed:
            key = (rule in theirs[sample.name], not ours[sample.name].isdisjoint(codes))
            tally.setdefault(key, []).append(sample.name)
        only: dict[Side, tuple[str, ...]] = {
            "squawk": tuple(tally.get((True, False), ())), "telamon": tuple(tally.get((False, True), ()))
        }  # fmt: skip
        found.append(Compared(rule, codes, len(tally.get((True, True), ())), len(tally.get((False, False), ())), only))
    return found


def unexplained(compared: Iterable[Compared]) -> list[str]:
    """Differences without a reason, and reasons without a difference."""
    differing = {(each.rule, side) for each in compared for side, names in each.only.items() if names}
    return sorted(f"{rule}: only {side}" for rule, side in differing ^ set(REASONS))


def page(program: str, compared: Iterable[Compared], silent: dict[str, set[str]]) -> str:
    """The page."""
    return "\n".join([*_head(program), *_table(compared), *_reasons(compared), *_programs(silent)]) + "\n"


def _head(program: str) -> Iterator[str]:
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    yield f"""# Lint compared with Squawk

Made by `tests/lint/compared.py` with Squawk {version}; `TELAMON_WRITE_DOCS=1 pytest tests/lint/test_compared.py` writes
it anew where Squawk is installed, and the test fails when the two differ in a way that is not explained here.

Every example of Telamon's rules, bad and good ({len(samples())} files), was given to both. Telamon sees the schema on
which an example is run; Squawk sees the file. All rules are on. *Both* and *neither* count the examples on which they
agree.
"""


def _table(compared: Iterable[Compared]) -> Iterator[str]:
    yield "| Squawk | Telamon | both | neither | only Squawk | only Telamon |"
    yield "|---|---|---|---|---|---|"
    for each in compared:
        only = " | ".join(str(len(each.only[side])) for side in ("squawk", "telamon"))
        yield f"| `{each.rule}` | {', '.join(each.codes)} | {each.both} | {each.neither} | {only} |"
    yield ""


def _reasons(compared: Iterable[Compared]) -> Iterator[str]:
    yield "## Every difference"
    yield ""
    for each in compared:
        for side, names in each.only.items():
            if names:
                yield f"- **`{each.rule}`, only {side.capitalize()}** ({_few(names)}): {REASONS[each.rule, side]}"
    yield ""


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _programs(silent: dict[str, set[str]]) -> Iterator[str]:
    yield "## Inside of programs"
    yield ""
    yield "What a `DO` block, a function or a procedure does. Telamon finds the danger in all of these."
    yield ""
    yield "| case | code | Squawk says of the danger |"
    yield "|---|---|---|"
    for name, (_, code) in CASES.items():
        about = {rule for rule, codes in PAIRS.items() if code in codes}
        yield f"| {name} | {code} | {', '.join(sorted(silent[name] & about)) or 'nothing'} |"
