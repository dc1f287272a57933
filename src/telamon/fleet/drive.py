"""Sends units to an executor: so many of one server at a time, a canary first, and none after too many failures."""

from __future__ import annotations

import concurrent.futures
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar, cast

from telamon.fleet.types import Limits
from telamon.fleet.unit import Unit

Result = TypeVar("Result")
MOST_THREADS = 64


class Submits(Protocol):
    """What is asked of an executor: that it takes a call and gives a future, as in `concurrent.futures`."""

    def submit(self, fn: Callable[[Unit], Result], unit: Unit, /) -> concurrent.futures.Future[Result]: ...


@contextmanager
def executor_for(given: object | None, units: Sequence[Unit], limits: Limits) -> Iterator[Submits]:
    """The executor that was given, what a client such as Dask's gives, or threads of our own."""
    if given is not None:
        get = getattr(given, "get_executor", None)
        yield cast("Submits", get() if get else given)
        return
    servers = len({unit.target.server for unit in units})
    threads = max(1, min(len(units), servers * limits.per_server, MOST_THREADS))
    with concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="telamon-fleet") as pool:
        yield pool


def drive(
    units: Sequence[Unit],
    work: Callable[[Unit], Result],
    lost: Callable[[Unit, BaseException], Result],
    failed: Callable[[Result], bool],
    tell: Callable[[Result], None],
    executor: Submits,
    limits: Limits,
) -> dict[str, Result]:
    """Runs units; returns the results by the names of their targets. Those that were not begun have none.

    Args:
        work: what is done with each.
        lost: the result of one whose worker died under it.
        failed: whether a result counts as a failure.
        tell: is told each result as it comes.
    """
    canary = limits.canary if len(units) > limits.canary else 0
    found: dict[str, Result] = {}
    for some in (units[:canary], units[canary:]):
        failures = _round(some, work, lost, failed, tell, executor, limits, found)
        if failures:
            break  # of a canary one is enough
    return found


def _round(
    units: Sequence[Unit],
    work: Callable[[Unit], Result],
    lost: Callable[[Unit, BaseException], Result],
    failed: Callable[[Result], bool],
    tell: Callable[[Result], None],
    executor: Submits,
    limits: Limits,
    found: dict[str, Result],
) -> int:
    """Runs units until all are done or the budget of failures is spent; returns the number of failures."""
    waiting: dict[str, deque[Unit]] = {}
    for unit in units:
        waiting.setdefault(unit.target.server, deque()).append(unit)
    running: dict[concurrent.futures.Future[Result], Unit] = {}
    busy, failures = Counter[str](), 0
    while True:
        for server, queue in waiting.items():
            while queue and busy[server] < limits.per_server and failures < limits.max_failures:
                unit = queue.popleft()
                busy[server] += 1
                running[executor.submit(work, unit)] = unit
        if not running:
            return failures
        done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            unit = running.pop(future)
            busy[unit.target.server] -= 1
            error = concurrent.futures.CancelledError() if future.cancelled() else future.exception()
            result = lost(unit, error) if error is not None else future.result()
            found[unit.target.name] = result
            failures += failed(result)
            tell(result)
