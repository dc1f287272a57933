"""Drift: what a target holds, compared with what its revisions say it holds; and the ways out of a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telamon.apply.events import ignore
from telamon.apply.lock import advisory_lock
from telamon.apply.options import Options
from telamon.apply.revisions import RESOLVED, Revision, RevisionTable, locate
from telamon.apply.target import Target
from telamon.catalog.facts import Catalog, Fact, Id, among, title
from telamon.declare import Intent, explained, intent_for
from telamon.directory import Directory, MigrationFile, file_name
from telamon.engine import OUTSIDE, Engine, Planned, plan_catalogs
from telamon.errors import CheckError, DriftError, TelamonError
from telamon.generate import NO_WISHES, Wishes, plan_text
from telamon.plan import make_plan
from telamon.project import Ignored
from telamon.scope import matches, without_facts
from telamon.standing import Standing, copy_of, expected, held, standing, topmost

WORDS = {
    "surplus": "not in the migrations",
    "missing": "missing on the target",
    "differs": "other than in the migrations",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the migrations say.

    Args:
        id: what.
        how: `surplus`, `missing` or `differs`.
        reason: why it is ignored, "" if it counts.
    """

    id: Id
    how: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{title(self.id)}: {WORDS[self.how]}"


@dataclass(frozen=True)
class Drift:
    """What was found.

    Args:
        where: where the target stands.
        should: what it should hold.
        read: all that it holds but for its revisions.
        held: what of that counts.
        real: the same, but with what is ignored as it should be.
        found: the differences, those that are ignored too.
        notes: what the person should know: what no kind manages and is not the same, ignored entries without effect.
        revisions_schema: where the revision table was looked for.
    """

    where: Standing
    should: Catalog
    read: Catalog
    held: Catalog
    real: Catalog
    found: tuple[Difference, ...]
    notes: tuple[str, ...]
    revisions_schema: str | None = None

    def __bool__(self) -> bool:
        return bool(self.counting)

    @property
    def counting(self) -> tuple[Difference, ...]:
        """The differences that are not ignored."""
        return tuple(each for each in self.found if not each.reason)

    @property
    def ignored(self) -> tuple[Difference, ...]:
        """Those that are."""
        return tuple(each for each in self.found if each.reason)


def find_drift(
    engine: Engine,
    target: Target,
    directory: Directory,
    *,
    ignore: Sequence[Ignored] = (),
    revisions_schema: str | None = None,
) -> Drift:
    """Compares a target with what its revisions say.

    Args:
        ignore: what is left out of account, each with its reason.
        revisions_schema: where the revision table is, None for the usual place.

    Raises:
        CheckError: the directory is not as sealed or does not replay, a revision is unfinished or has no file.
        TelamonError: the target cannot be read.
    """
    directory.check()
    with explained("The target cannot be read"):
        rows = locate(target, revisions_schema).read()
        if not rows:
            raise CheckError(
                "The target has no history: nothing says what it should hold",
                do="Apply migrations to it, or say where it stands: telamon migrate set VERSION.",
            )
        where = standing(directory, rows, target.schema)
        should = expected(engine, where)
        read, real = held(engine, target, should)
    changes = topmost(should, real)
    found, used = [], set()
    for how, ids in (("surplus", changes.added), ("missing", changes.removed), ("differs", changes.altered)):
        for id in ids:
            entry = _entry(id, should, real, ignore)
            used.add(entry)
            found.append(Difference(id, how, entry.reason if entry else ""))
    left = real
    if skipped := [each for each in found if each.reason]:
        left = as_in(should, real, skipped)
    other = sorted({*real.unmanaged} - {*should.unmanaged})
    notes = [f"Not managed, and not in the migrations: {text}" for text in other if OUTSIDE not in text]
    notes += [text for text in other if OUTSIDE in text]
    notes += [f"Ignored, but there is no such difference: {each.object}" for each in ignore if each not in used]
    return Drift(where, should, read, real, left, tuple(found), tuple(notes), revisions_schema)


def _entry(id: Id, should: Catalog, real: Catalog, ignore: Iterable[Ignored]) -> Ignored | None:
    """What says that a difference is ignored: it names the thing, or what that is a part of."""
    chain: list[Id] = []
    at: Id | None = id
    while at is not None:
        chain.append(at)
        fact = real.get(at) or should.get(at)
        at = fact.parent if fact else None
    return next((each for each in ignore if any(matches(one, each.object) for one in chain)), None)


def as_in(model: Catalog, other: Catalog, differences: Sequence[Difference]) -> Catalog:
    """`other`, but with some of its differences from `model` undone, parts included."""
    surplus = {each.id for each in differences if each.how == "surplus"}
    found = without_facts(other, surplus)
    facts = dict(found.facts)
    for each in differences:
        if each.how == "missing":
            facts |= {fact.id: fact for fact in _whole(model, each.id)}
        elif each.how == "differs":
            facts[each.id] = model.facts[each.id]
    return Catalog(among(facts), found.version_num, found.unmanaged, found.user)


def _whole(catalog: Catalog, id: Id) -> list[Fact]:
    """A fact and its parts."""
    return [catalog.facts[id], *(part for child in catalog.children(id) for part in _whole(catalog, child.id))]


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference with the SQL both ways.

    Args:
        difference: it.
        adopt: what leads from the migrations to the target.
        revert: what leads back. Either is a comment where the difference does not stand alone.
    """

    difference: Difference
    adopt: str
    revert: str


def explain_drift(engine: Engine, drift: Drift) -> tuple[Explained, ...]:
    """Each difference with the SQL that brings it about, and undoes it, by itself. The plans are not proved."""

    def sql(old: Catalog, new: Catalog) -> str:
        try:
            return make_plan(old, new, engine.server).sql()
        except TelamonError as error:
            return f"-- only together with others: {error.what}\n"

    found = []
    for each in drift.counting:
        others = [other for other in drift.counting if other is not each]
        alone = as_in(drift.should, drift.real, others)
        found.append(Explained(each, sql(drift.should, alone), sql(alone, drift.should)))
    return tuple(found)


def intend_revert(engine: Engine, target: Target, drift: Drift, wishes: Wishes = NO_WISHES) -> Intent:
    """Plans the way from what the target holds to what its revisions say; proved on a rebuilt copy.

    Raises:
        UsageError: renames are not decided.
        TelamonError: the plan cannot be made or proved.
    """
    # What is ignored stays as it is on the target: the goal has it so, too.
    real = drift.held
    should = as_in(real, drift.should, [_turned(each) for each in drift.ignored])
    planned = plan_catalogs(engine, real, should, lambda: engine.rebuilt(real), wishes, partial=True)
    return intent_for(engine, target, drift.read, planned)


def _turned(difference: Difference) -> Difference:
    """The same difference seen from the target."""
    how = {"surplus": "missing", "missing": "surplus"}.get(difference.how, difference.how)
    return replace(difference, how=how)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What adopting wrote.

    Args:
        file: the migration's path.
        version: which the target has now.
        planned: what is in it.
    """

    file: str
    version: str
    planned: Planned


def adopt(
    engine: Engine,
    target: Target,
    directory: Directory,
    drift: Drift,
    name: str,
    *,
    wishes: Wishes = NO_WISHES,
    options: Options | None = None,
    consent: Callable[[Planned], bool] = lambda planned: True,
) -> Adopted | None:
    """Writes a migration with the drift and records it on the target, which has it already.

    Args:
        name: of the migration, after its version.
        consent: called before anything is written; False stops.

    Returns:
        what was written; None where consent was not given.

    Raises:
        CheckError: the directory has migrations that the target does not have.
        DriftError: the target changed meanwhile.
        LockError: another run holds the lock.
        TelamonError: the plan cannot be made or proved, the file or the revision cannot be written.
    """
    options = options or Options()
    file_name("0", name)  # a name that cannot be is refused before the work
    _refuse_ahead(directory, drift)
    planned = plan_catalogs(engine, drift.should, drift.real, lambda: copy_of(engine, drift.where), wishes)
    if not consent(planned):
        return None
    with (
        explained("The target's history cannot be written"),
        advisory_lock(target.connection, ignore, timeout=options.lock_timeout),
    ):
        table = locate(target, drift.revisions_schema)
        same = table.read() == drift.where.rows
        if not same or held(engine, target, drift.should)[0].digest() != drift.read.digest():
            raise DriftError("The target has changed meanwhile; nothing was written", do="Run the command again.")
        file = _recorded(target, table.create(), directory, name, plan_text(planned).encode())
    return Adopted(file.path, file.version, planned)


def _refuse_ahead(directory: Directory, drift: Drift) -> None:
    ahead = [
        file.name
        for file in directory.executable()
        if file.version > drift.where.version and not (file.checkpoint or file.contexts)
    ]
    if ahead:
        raise CheckError(
            "The directory has migrations that the target does not have; nothing was written",
            where="\n".join(ahead),
            why="The drift would stand after them, and it happened before.",
            do="Apply them first: telamon migrate apply.",
        )


def _recorded(target: Target, table: RevisionTable, directory: Directory, name: str, text: bytes) -> MigrationFile:
    """Writes the migration, and that the target has it."""
    created = file_name(directory.new_version(), name)
    wanted = directory.changed({created: text})
    [file] = [each for each in wanted.files if each.name == created]
    row = Revision(file.version, file.description, RESOLVED, 0, 0, datetime.now(UTC), hash=wanted.entry_hash(file))
    with target.connection.transaction():
        # Both or neither, but for a crash between the file's last write and the commit.
        target.connection.execute(table.upsert(row))
        directory.write(created, text)
    return file
