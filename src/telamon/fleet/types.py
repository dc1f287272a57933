"""What a fleet is made of, and what is reported of it. All of it can be pickled: it travels to workers and back."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["applied", "nothing", "failed", "left"]


@dataclass(frozen=True, slots=True)
class FleetTarget:
    """One target.

    Args:
        name: by which it is reported; no password is in it.
        url: of it. A password may be in it: never print it.
        server: host and port, whose load is capped.
        database: server and database, whose lock is shared.
        schema: the one schema that it is, "" for the whole database.
    """

    name: str
    url: str
    server: str
    database: str
    schema: str = ""

    def __repr__(self) -> str:
        return f"FleetTarget({self.name!r})"


@dataclass(frozen=True, slots=True)
class Limits:
    """How a fleet is gone through.

    Args:
        canary: so many targets first; the others begin when these are done without failure.
        max_failures: after so many failed targets no other one is begun.
        per_server: so many targets of one server at a time.
    """

    canary: int = 1
    max_failures: int = 1
    per_server: int = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target.

    Args:
        name: of the target.
        state: `applied`, `nothing` to do, `failed`, or `left` as it was because the run had stopped.
        current: its version before, "" for none.
        version: its version after.
        files: the migrations that were completed (in a dry run: would be run).
        statements: how many statements were run.
        seconds: how long it took.
        error: what went wrong, "" if nothing.
        exit_code: the one that a run for this target alone would have ended with.
    """

    name: str
    state: State
    current: str = ""
    version: str = ""
    files: tuple[str, ...] = ()
    statements: int = 0
    seconds: float = 0.0
    error: str = ""
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        """All of it; empty fields are left out."""
        return {name: value for name, value in asdict(self).items() if value or name == "state"}


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What became of all.

    Args:
        outcomes: in the order of the targets.
        seconds: how long it took.
    """

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(each for each in self.outcomes if each.state == "failed")

    @property
    def left(self) -> tuple[Outcome, ...]:
        """Those that were not begun."""
        return tuple(each for each in self.outcomes if each.state == "left")

    @property
    def summary(self) -> str:
        """One line."""
        count = Counter(each.state for each in self.outcomes)
        parts = [f"{count['applied']} applied", f"{count['nothing']} with nothing to do"]
        parts += [f"{count['failed']} failed"] * bool(count["failed"]) + [f"{count['left']} left"] * bool(count["left"])
        return f"{len(self.outcomes)} targets: {', '.join(parts)} ({self.seconds:.1f}s)"

    def to_json(self) -> dict[str, object]:
        """Counts by state, and each target."""
        count = Counter(each.state for each in self.outcomes)
        return {
            "seconds": round(self.seconds, 3),
            "count": dict(count),
            "targets": [each.to_json() for each in self.outcomes],
        }


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How far one target is.

    Args:
        name: of the target.
        status: `OK`, `PENDING`, or `ERROR` where it could not be found out.
        current: its version, "" for none.
        next: the version that comes next, "" for none.
        pending: the migrations to be run.
        out_of_order: migrations that are older than its last one and that it does not have.
        skipped: migrations that are left to other contexts.
        error: why it could not be found out, or what its history says went wrong.
    """

    name: str
    status: Literal["OK", "PENDING", "ERROR"]
    current: str = ""
    next: str = ""
    pending: tuple[str, ...] = ()
    out_of_order: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """All of it; empty fields are left out."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """How far all are, in the order of the targets."""

    lines: tuple[StatusLine, ...]

    @property
    def summary(self) -> str:
        """One line."""
        count = Counter(each.status for each in self.lines)
        parts = [f"{count['OK']} up to date", f"{count['PENDING']} pending"]
        parts += [f"{count['ERROR']} not known"] * bool(count["ERROR"])
        return f"{len(self.lines)} targets: {', '.join(parts)}"

    def to_json(self) -> dict[str, object]:
        """Counts by status, and each target."""
        return {
            "count": dict(Counter(each.status for each in self.lines)),
            "targets": [each.to_json() for each in self.lines],
        }
