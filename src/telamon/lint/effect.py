"""What a statement was seen to do to what was there before the release, for the reports."""

from __future__ import annotations

from telamon.lint.finding import Effect
from telamon.lint.observed import STRENGTH, Observed
from telamon.lint.rule import Context
from telamon.lint.state import Index

_TELLING = STRENGTH.index("ShareUpdateExclusiveLock")
"""The weakest lock that reading and writing rows does not take."""


def effect(seen: Observed, ctx: Context) -> Effect | None:
    """The locks, rewrites, builds and scans of one statement; None where it does nothing of that."""
    tables = {relation.oid: (relation.title, lock) for relation, lock in ctx.locked(seen, _TELLING)}
    locks = tuple(tables[oid] for oid in seen.whole(tables) if oid in tables)
    built = [each for each in seen.created(Index) if not each.inherited]
    built += [after for before, after in seen.altered(Index) if before.file != after.file]
    found = Effect(
        line=seen.statement.origin.line,
        locks=locks,
        held=seen.shared,
        rewrites=_titles(seen, ctx, seen.rewritten),
        builds=tuple(each.name for each in built if ctx.live_table(each.of)),
        reads=_titles(seen, ctx, seen.scanned),
    )
    return found if found.locks or found.rewrites or found.builds or found.reads else None


def _titles(seen: Observed, ctx: Context, oids: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(ctx.title(oid) for oid in seen.whole(oid for oid in oids if ctx.live_table(oid)) if ctx.live(oid))
