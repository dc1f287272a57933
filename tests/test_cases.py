"""Every schema case in both directions: the plan is made, run, and judged by `pg_dump` and by the rows."""

from __future__ import annotations

import functools
import importlib.util
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from telamon.catalog.read import read_catalog
from telamon.cli import main
from telamon.errors import TelamonError
from telamon.kinds.base import Server as KindServer
from telamon.plan.planner import make_plan
from tests import judge
from tests.schema_cases import DIRECTIONS, Case, Direction, Expectation, Side, all_cases, known_failures
from tests.server import Server, shared

_TELLING_FLAGS = {"--rename", "--using"}  # they answer a question that the second run no longer asks
_KNOWN = known_failures()


@dataclass(frozen=True, slots=True)
class Planned:
    """What `schema diff` said.

    Args:
        sql: its standard output.
        message: its standard error.
        code: its exit code.
        crash: the traceback of a fault that is no error of Telamon's own.
    """

    sql: str
    message: str
    code: int
    crash: str = ""

    @property
    def empty(self) -> bool:
        """No statement, whatever the comments."""
        return not any(line.strip() and not line.startswith("--") for line in self.sql.splitlines())


def plan(server: Server, start: str, goal: str, flags: Iterable[str]) -> Planned:
    """Runs `telamon schema diff` in this process; while there is no such command, the core that it will call."""
    if importlib.util.find_spec("telamon.cli.schema_diff") is None:
        return core_plan(server, start, goal)
    arguments = ["schema", "diff", "--from", server.url(start), "--to", server.url(goal)]
    result = CliRunner().invoke(main, [*arguments, "--dev-url", server.url("postgres"), *flags])
    crash = ""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        crash = "".join(traceback.format_exception(result.exception))
    return Planned(result.stdout, result.stderr, result.exit_code, crash)


def core_plan(server: Server, start: str, goal: str) -> Planned:
    """Reads both databases and plans, without flags and without proof."""
    with server.connect(start) as old, server.connect(goal) as new:
        version = old.info.server_version
        try:
            return Planned(make_plan(read_catalog(old), read_catalog(new), KindServer(version)).sql(), "", 0)
        except TelamonError as error:
            return Planned("", str(error), error.exit_code)
        except Exception as error:  # noqa: BLE001  a crash of the engine is what the case is to report
            return Planned("", "", 1, "".join(traceback.format_exception(error)))


@functools.lru_cache(maxsize=1)
def wanted(case: Case) -> dict[Side, str]:
    """Loads both sides of a case into databases named after them and returns their dumps; remembers the last case."""
    server = shared()
    sides: tuple[Side, Side] = ("old", "new")
    for side in sides:
        load(server, side, case, side)
    return {side: server.dump(side) for side in sides}


def load(server: Server, database: str, case: Case, side: Side) -> None:
    """Makes a database from one side of a case."""
    server.create(database)
    with server.connect(database) as connection:
        connection.execute(case.script(side).encode() or b"SELECT")


def complaints(server: Server, case: Case, direction: Direction) -> Iterator[str]:
    """Carries a case out and yields all that is wrong."""
    start: Side = "old" if direction == "forward" else "new"
    goal: Side = "new" if direction == "forward" else "old"
    dumps = wanted(case)
    load(server, "work", case, start)
    with server.connect("work") as connection:
        connection.execute(case.seed(start).encode() or b"SELECT")
        before = judge.observe(connection)
    expectation = case.expectation(direction)
    differences, _ = judge.compare(judge.entries(dumps["old"]), judge.entries(dumps["new"]))
    if (expectation.expect == "unchanged") is bool(differences):
        yield f"the case is wrong: {expectation.expect} is wanted of {len(differences)} differences {differences}"
    planned = plan(server, "work", goal, expectation.flags)
    if planned.crash or (planned.code and expectation.expect != "refuses"):
        yield f"schema diff ended with {planned.code}: {planned.message}{planned.crash}"
    elif expectation.expect == "refuses":
        if planned.code == 0 or not planned.message.strip():
            yield f"not refused, but planned:\n{planned.sql}"
    else:
        yield from wrong_texts(planned.sql, expectation)
        if expectation.expect != "converges" and not planned.empty:
            yield f"planned, although nothing is to be done:\n{planned.sql}"
        elif expectation.expect != "kept":
            yield from executed(server, planned, before, goal, dumps[goal], expectation.flags)


def wrong_texts(text: str, expectation: Expectation) -> Iterator[str]:
    """Texts wrongly there or not there. Needles in small letters are meant for comments: any case will do."""
    for needles, there in ((expectation.has, True), (expectation.lacks, False)):
        for needle in needles:
            if (needle in (text.casefold() if needle.islower() else text)) is not there:
                yield f"the plan {'lacks' if there else 'has'} {needle!r}:\n{text}"


def executed(
    server: Server, planned: Planned, before: judge.Observation, goal: Side, dump: str, flags: tuple[str, ...]
) -> Iterator[str]:
    """Runs a plan, judges what it made, and plans again."""
    if error := server.psql("work", planned.sql):
        yield f"{error}\nin the plan:\n{planned.sql}"
        return
    with server.connect("work") as connection:
        after = judge.observe(connection)
    verdict = judge.judge(server.dump("work"), dump, before, after, planned.sql)
    if verdict.complaints:
        yield "\n".join([*verdict.complaints, "after the plan:", planned.sql])
    again = plan(server, "work", goal, repeated(flags))
    if again.code or again.crash or not again.empty:
        yield f"the second plan is not empty ({again.code}):\n{again.sql}{again.message}{again.crash}"


def repeated(flags: tuple[str, ...]) -> list[str]:
    """The flags of the second run: all but the answers."""
    told = {place + offset for place, flag in enumerate(flags) if flag in _TELLING_FLAGS for offset in (0, 1)}
    return [flag for place, flag in enumerate(flags) if place not in told]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_case(case: Case, direction: Direction) -> None:
    """The plan makes the desired schema and keeps the rows; a second plan is empty."""
    server = shared()
    if case.minimum > server.major:
        pytest.skip(f"needs PostgreSQL {case.minimum}")
    server.once(case.roles())
    found = list(complaints(server, case, direction))
    key = f"{case.name}:{direction}"
    reason = _KNOWN.get(f"{key}@{server.major}") or _KNOWN.get(key)
    if found and reason:
        pytest.xfail(reason)
    assert not reason, f"passes, so take it from known_failures.toml: {reason}"
    assert not found, "\n\n".join(found)
