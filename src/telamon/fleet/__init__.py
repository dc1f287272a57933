"""Many targets, one directory: applied concurrently, a canary first, stopped after a budget of failures, resumable.

    from telamon import fleet

    report = fleet.apply(["postgres://a/app", "postgres://b/app"], "migrations")
    report = fleet.apply(fleet.tenants("postgres://a/app", "select name from tenants"), "migrations",
                         executor=dask_client)

`executor` is a `concurrent.futures.Executor`, or a client that gives one (`get_executor`), as Dask's does.
"""

from __future__ import annotations

from telamon.fleet.run import apply
from telamon.fleet.state import status
from telamon.fleet.targets import asked, given, resolve, tenants
from telamon.fleet.types import FleetReport, FleetStatus, FleetTarget, Limits, Outcome, StatusLine

__all__ = [
    "FleetReport",
    "FleetStatus",
    "FleetTarget",
    "Limits",
    "Outcome",
    "StatusLine",
    "apply",
    "asked",
    "given",
    "resolve",
    "status",
    "tenants",
]
