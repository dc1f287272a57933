"""How long what a statement was seen to do takes at a target's size: a range, and what it was reckoned from.

The speeds are assumptions, wide on purpose: the slow end is a disk over the network with other work on it, the fast
end memory. A real run that lies outside of the range is a reason to widen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from telamon.lint.look import quoted, titled
from telamon.lint.observed import BLOCKS_ALL, BLOCKS_WRITES, Observed
from telamon.lint.rule import Context
from telamon.lint.state import Index, Relation
from telamon.lint.stats import Stats, TableStats
from telamon.rows import ROWS

Doing = Literal["rewrites", "builds", "reads", "writes"]
SPEEDS: dict[Doing, tuple[float, float]] = {
    "rewrites": (10, 150),
    "builds": (10, 300),
    "reads": (50, 800),
    "writes": (5, 50),
}
"""MB a second, slow and fast: of rows and indexes together for rewrites and writes, else of the rows."""
_TELLS: dict[Doing, str] = {
    "rewrites": "rewriting {size} of rows and indexes of {table}{rows}",
    "builds": "building {index} over {size} of {table}{rows}",
    "reads": "reading {size} of {table}{rows}",
    "writes": "writing all of {size} of {table}{rows}",
}
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """What a statement does to one table of before this release.

    Args:
        index: the index that is built.
    """

    doing: Doing
    table: Relation
    index: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How long a statement works.

    Args:
        seconds: the fast and the slow end.
        text: both, and the basis.
    """

    seconds: tuple[float, float]
    text: str


def forecast(seen: Observed, ctx: Context, stats: Stats) -> Forecast | None:
    """The forecast for a statement; None where it does nothing to what is on the target already."""
    works = list(_works(seen, ctx))
    locked = list(_locked(seen, ctx))
    if not works and not locked:
        return None
    fast = slow = 0.0
    parts, unknown = [], []
    for work in works:
        size = _size(stats, work.table)
        if size is None:
            unknown.append(quoted(work.table.title))
            continue
        low, high = SPEEDS[work.doing]
        amount = _amount(work.doing, size)
        fast, slow = fast + amount / (high * _MB), slow + amount / (low * _MB)
        parts.append(f"{_told(work, size, amount)} at {low:g} to {high:g} MB/s")
    if parts:
        head = f"{between(fast, slow)}: {', '.join(parts)}"
    elif unknown := unknown or [quoted(each.title) for each in locked if _size(stats, each) is None]:
        head = f"unknown: the target has no {', '.join(dict.fromkeys(unknown))}"
    else:
        head = "a moment once it has its lock"
    text = "; ".join((head, *_waits(seen, locked, stats)))
    return Forecast((round(fast, 3), round(slow, 3)), f"{text} ({stats.database}, {stats.taken_at})")


def _works(seen: Observed, ctx: Context) -> Iterator[Work]:
    """What the statement does, whole tables at once: partitions are told with the table that was locked with them."""

    def table(oid: int) -> Relation | None:
        return ctx.live_table(seen.whole([oid])[0])

    done: set[int] = set()
    for oid in seen.rewritten:
        if (found := table(oid)) and found.oid not in done:
            done.add(found.oid)
            yield Work("rewrites", found)
    built = [(index, found) for index in _built(seen) if (found := table(index.of)) and found.oid not in done]
    for index, found in built:
        done.add(found.oid)
        yield Work("builds", found, index.name)
    written = [each.of for each in seen.written if each.updated + each.deleted >= ROWS]
    rest: tuple[tuple[Doing, Iterable[int]], ...] = (("writes", written), ("reads", seen.scanned))
    for doing, oids in rest:
        for oid in oids:
            if (found := table(oid)) and found.oid not in done:
                done.add(found.oid)
                yield Work(doing, found)


def _built(seen: Observed) -> list[Index]:
    """The indexes that were built, but for those of partitions: they are told with the whole table's."""
    fresh = [index for index in seen.created(Index) if index.oid not in _indexes(seen, index.of)]
    anew = [after for before, after in seen.altered(Index) if before.file != after.file]
    return [index for index in (*fresh, *anew) if not index.inherited]


def _indexes(seen: Observed, of: int) -> frozenset[int]:
    """The indexes that a table had before."""
    before = seen.before.relations.get(of)
    return frozenset(before.indexes) if before else frozenset()


def _amount(doing: Doing, size: TableStats) -> int:
    return size.bytes + (size.index_bytes if doing in ("rewrites", "writes") else 0)


def _told(work: Work, size: TableStats, amount: int) -> str:
    rows = "" if size.rows is None else f" ({count(size.rows)} rows)"
    return _TELLS[work.doing].format(size=bytes_of(amount), table=quoted(work.table.title), index=quoted(work.index),
                                     rows=rows)  # fmt: skip


def _size(stats: Stats, table: Relation) -> TableStats | None:
    return stats.by_name.get((table.schema, table.name))


def _locked(seen: Observed, ctx: Context) -> Iterator[Relation]:
    """The tables of before this release that others cannot write to now, partitions left out."""
    for oid in dict.fromkeys(lock.of for lock in (*seen.locks, *seen.held) if lock.strength >= BLOCKS_WRITES):
        table = ctx.live_table(oid)
        if table is not None and not table.partition:
            yield table


def _waits(seen: Observed, locked: list[Relation], stats: Stats) -> Iterator[str]:
    """Who waits meanwhile, and for whom the statement itself waits."""
    if locked:
        every = any(seen.strongest(table.oid) >= BLOCKS_ALL for table in locked)
        sizes = [size for table in locked if (size := _size(stats, table)) is not None]
        rate = sum(size.writes for size in sizes) / max(stats.since_seconds, 1.0)
        tables = titled(table.title for table in locked[:3]) + (" and more" if len(locked) > 3 else "")
        rated = f", {rate:.1f} writes/s over the last {duration(stats.since_seconds)}" if rate >= 0.05 else ""
        yield f"{'reads and writes' if every else 'writes'} of {tables} wait meanwhile{rated}"
    if stats.oldest_transaction >= 1 and (seen.locks or not seen.transactional):
        yield f"before that it may wait for a transaction that has been open for {duration(stats.oldest_transaction)}"
    if stats.hidden_sessions:
        yield f"sessions that could not be looked at: {stats.hidden_sessions}"


def between(fast: float, slow: float) -> str:
    """A range of time."""
    if slow < 0.1:
        return "less than 0.1 s"
    low, high = duration(fast), duration(slow)
    return f"up to {high}" if fast < 0.05 else f"about {high}" if low == high else f"{low} to {high}"


def duration(seconds: float) -> str:
    """A time for people: two digits that matter."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def bytes_of(size: float) -> str:
    """A size for people."""
    units = ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:.0f} {units[0]}" if size >= 10 else f"{size:.1f} {units[0]}"


def count(rows: float) -> str:
    """A number of rows for people."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rows >= size:
            return f"{rows / size:.3g} {unit}"
    return f"{rows:.0f}"
