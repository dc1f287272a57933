"""Faults: a crash-safe server of their own, and a count of what was survived. `TELAMON_FAULTS=all` takes every one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.cluster import Cluster

FULL = os.environ.get("TELAMON_FAULTS") == "all"

Tell = Callable[[str, float], None]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A durable server."""
    made = Cluster()
    yield made
    made.close()


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Takes a number for the summary at the end; those with the same name are added up."""
    return record_property


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the numbers of the tests that passed."""
    sums: dict[str, float] = {}
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            sums[name] = sums.get(name, 0) + value
    for name, value in sums.items():
        terminalreporter.write_line(f"{name}: {value:g}")
