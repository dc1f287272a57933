"""The way back: from the version that a target is at to an earlier one, planned from the directory and proved."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from telamon.apply.preflight import refuse_in_transaction, sets_session, transaction_mode
from telamon.apply.revisions import BASELINE, Revision, RevisionTable, locate
from telamon.apply.target import Target
from telamon.catalog.facts import Catalog, Id, title
from telamon.declare import Intent, Way, explained, intent_for
from telamon.diff import Changes
from telamon.diff.renames import Rename, substituted
from telamon.directory import Directory, MigrationFile
from telamon.engine import Engine, Planned, plan_catalogs
from telamon.errors import CheckError, DriftError, TelamonError, UsageError
from telamon.generate import NO_WISHES, Wishes
from telamon.kinds.base import Step
from telamon.plan import Plan, make_plan
from telamon.sources import SqlSource, load
from telamon.standing import Standing, copy_of, expected, held, in_words, standing, topmost

SHOWN = 20
"""Differences that an error lists."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How far back.

    Args:
        amount: so many files; one if neither is given.
        to_version: to this version, which stays.
        from_target: begin at what the target really holds, if that is not what its version says.
        revisions_schema: where the revision table is, None for the usual place.
    """

    amount: int | None = None
    to_version: str | None = None
    from_target: bool = False
    revisions_schema: str | None = None


def intend_down(engine: Engine, target: Target, directory: Directory, goal: Goal, wishes: Wishes = NO_WISHES) -> Intent:
    """Plans the way back on a target and proves it; a file's own `down.sql` is taken where it has one.

    Raises:
        UsageError: the goal is not a version of the target, or renames are not decided.
        CheckError: the directory is not as sealed, a revision is unfinished or has no file, a `down.sql` is wrong.
        DriftError: the target does not hold what its version says.
        TelamonError: the target cannot be read, the plan cannot be made or proved.
    """
    directory.check()
    with explained("The target's history cannot be read"):
        table = locate(target, goal.revisions_schema)
        rows = table.read()
    now = standing(directory, rows, target.schema)
    gone = _undone(now, goal)
    should = expected(engine, now)
    with explained("The target cannot be read"):
        read, real = held(engine, target, should)
    differences = in_words(topmost(should, real))
    stretches: list[_Stretch] = []
    if not gone:
        pass
    elif goal.from_target and differences:
        end = now.before(gone)
        new = expected(engine, end)
        planned = plan_catalogs(
            engine, real, new, lambda: engine.rebuilt(real), _knowing(wishes, gone, real, new, now.schema)
        )
        stretches.append(_Stretch(end, gone, *_told(planned)))
    elif differences:
        raise _drifted(now.version, differences)
    else:
        stretches += _stretches(engine, now, gone, wishes)
    found = intent_for(engine, target, read, _joined(stretches, table, target, differences))
    way = Way(now.version, now.before(gone).version, tuple(file.name for file in reversed(gone)))
    warnings = tuple(itertools.chain.from_iterable(each.warnings for each in stretches))
    return replace(found, warnings=(*found.warnings, *warnings), way=way, guard=_guard(target, goal, rows))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the way: files that are undone together.

    Args:
        end: where it leads.
        files: in order.
        planned: the statements.
        warnings: what the person should know.
    """

    end: Standing
    files: tuple[MigrationFile, ...]
    planned: Planned
    warnings: tuple[str, ...] = ()


def _undone(now: Standing, goal: Goal) -> tuple[MigrationFile, ...]:
    """The files that are undone, in order."""
    rows = now.rows
    if not rows:
        raise UsageError("the target has no history: there is nothing to undo")
    if goal.to_version is not None:
        versions = [row.version for row in rows]
        if goal.to_version not in versions:
            raise UsageError(
                f"the target never was at version {goal.to_version}",
                why=f"Its versions are: {', '.join(versions[-10:])}.",
                do="Give one of them: it stays, and what came after it is undone.",
            )
        gone = rows[versions.index(goal.to_version) + 1 :]
    else:
        amount = goal.amount or 1
        if amount > len(rows):
            raise UsageError(
                f"{amount} versions are to be undone, and {len(rows)} applied",
                do="Give --to-version, or a smaller number.",
            )
        gone = rows[len(rows) - amount :]
    for row in gone:
        if row.type & BASELINE:
            raise CheckError(
                f"version {row.version} is the baseline of the target and cannot be undone",
                why="What was there before it did not come from this directory.",
                do="Go back no further than to it: --to-version " + row.version,
            )
    versions = [row.version for row in gone]
    return tuple(file for file in now.files if file.version in versions)


def _stretches(engine: Engine, now: Standing, gone: Sequence[MigrationFile], wishes: Wishes) -> Iterator[_Stretch]:
    """The way back, newest first: neighbours without a `down.sql` are planned together."""
    here = now
    for by_hand, group in itertools.groupby(reversed(gone), key=lambda file: file.down() is not None):
        files = list(group)
        for part in [[file] for file in files] if by_hand else [files]:
            some = tuple(reversed(part))
            end = here.before(some)
            yield _by_hand(engine, here, end, some[0]) if by_hand else _planned(engine, here, end, some, wishes)
            here = end


def _planned(
    engine: Engine, here: Standing, end: Standing, files: tuple[MigrationFile, ...], wishes: Wishes
) -> _Stretch:
    old, new = expected(engine, here), expected(engine, end)
    knowing = _knowing(wishes, files, old, new, here.schema)
    planned = plan_catalogs(engine, old, new, lambda: copy_of(engine, here), knowing)
    return _Stretch(end, files, *_told(planned))


def _told(planned: Planned) -> tuple[Planned, tuple[str, ...]]:
    """(a plan whose steps say what its proof showed, what the person should know)."""
    warnings = _comes_back(planned.plan)
    proof = planned.proof
    if proof and proof.data:
        warnings += (f"Hazard: whether it can be undone depends on the rows: {proof.data}",)
    if proof and not proof.transactional:
        steps = tuple(replace(step, transactional=False) for step in planned.plan.steps)
        planned = replace(planned, plan=replace(planned.plan, steps=steps))
    return planned, warnings


def _by_hand(engine: Engine, here: Standing, end: Standing, file: MigrationFile) -> _Stretch:
    """A file's own way back, tried on the dev database.

    Raises:
        CheckError: it fails, or does not lead back.
    """
    statements = file.down() or []
    mode = transaction_mode(file, "file")
    refuse_in_transaction(file, statements, mode)
    for statement in statements:
        if statement.copy_data is not None:
            raise CheckError("COPY from the file is not run in a down part", where=str(statement.origin))
    old, new = expected(engine, here), expected(engine, end)
    with copy_of(engine, here) as database:
        with database.connect() as connection:
            try:
                source = SqlSource(tuple(statements), ordered=True, label=file.name)
                load(source, connection, server=engine.dev.description)
            except TelamonError as error:
                raise CheckError(
                    f"The down part of {file.name} fails on the dev database: {error.what}",
                    where=error.where, why=error.why, do=error.do,
                ) from error  # fmt: skip
        residue = topmost(new, engine.read(database))
    if residue:
        raise CheckError(
            f"The down part of {file.name} does not lead back to the schema before it; nothing was done",
            where="\n".join(in_words(residue)[:SHOWN]),
            do="Repair its down.sql, or remove that part: the way back is planned then.",
        )
    lost = "; ".join(make_plan(old, new, engine.server).losses)
    steps = [
        Step(statement.text.strip().removesuffix(";"), f"down.sql of {file.name}", transactional=mode != "none")
        for statement in statements
    ]
    if steps:
        steps[0] = replace(steps[0], loss=lost)
    return _Stretch(end, (file,), Planned(Plan(tuple(steps), Changes((), (), ()), bodies_unchecked=False)))


def _joined(stretches: Sequence[_Stretch], table: RevisionTable, target: Target, drifted: Sequence[str]) -> Planned:
    """All stretches as one plan, each followed by the removal of its revisions."""
    steps: list[Step] = []
    for each in stretches:
        steps += each.planned.plan.steps
        transactional = all(step.transactional for step in each.planned.plan.steps)
        if any(sets_session(step.sql) for step in each.planned.plan.steps):
            # The revisions are ours to remove, whatever role a down part has set.
            steps += [
                Step(query.as_string(target.connection), "act as before", transactional=transactional)
                for query in target.identity()
            ]
        versions = [file.version for file in each.files]
        query = sql.SQL("DELETE FROM {} WHERE version = ANY ({}::text[])").format(table.name, sql.Literal(versions))
        what = f"undo the record of {', '.join(versions)}"
        steps.append(Step(query.as_string(target.connection), what, transactional=transactional))
    if not stretches:
        return Planned(Plan((), Changes((), (), ())))
    plans = [each.planned.plan for each in stretches]
    unmanaged = tuple(dict.fromkeys(text for each in stretches for text in each.planned.unmanaged))
    plan = Plan(tuple(steps), plans[-1].changes, any(plan.bodies_unchecked for plan in plans))
    return Planned(plan, None, (), (*unmanaged, *(f"undone with the rest, {text}" for text in drifted)))


def _knowing(wishes: Wishes, files: Sequence[MigrationFile], old: Catalog, new: Catalog, schema: str) -> Wishes:
    """Wishes that know the files' own renames of tables and columns backwards."""
    from telamon.history.syntax import renamed

    current = old
    moves: list[tuple[Rename, Id]] = []  # each with what is moved, by its name in `old`
    for statement in reversed([each for file in files for each in file.statements()]):
        if (found := renamed(statement)) is None:
            continue
        kind, named, table, before, after = found
        path = (kind, named or schema or "public", *filter(None, [table]))
        back = Rename((*path, after), (*path, before))
        if back.old in current.facts and back.new not in current.facts:
            first = next((origin for move, origin in reversed(moves) if move.new == back.old), back.old)
            moves.append((back, first))
            current = substituted(current, {back.old: back.new})
    ends = {origin: move.new for move, origin in moves}
    sure = [move.flag for move, origin in moves if _where(ends[origin], moves) in new.facts]
    return wishes if wishes.no_rename else replace(wishes, renames=(*sure, *wishes.renames))


def _where(id: Id, moves: Sequence[tuple[Rename, Id]]) -> Id:
    """Where something ends: a column goes with its table."""
    for move, _ in moves:
        if move.old[0] == "table" and id[1:3] == move.old[1:]:
            id = (id[0], *move.new[1:], *id[3:])
    return id


def _comes_back(plan: Plan) -> tuple[str, ...]:
    """What the plan creates and cannot fill again."""
    tables = {id[1:3] for id in plan.changes.added if id[0] == "table"}
    columns = [id for id in plan.changes.added if id[0] == "column" and id[1:3] not in tables]
    ids = [*(("table", *path) for path in sorted(tables)), *columns]
    return tuple(f"Comes back without its former data: {title(id)}" for id in ids)


def _drifted(version: str, differences: Sequence[str]) -> DriftError:
    more = len(differences) - SHOWN
    lines = [*differences[:SHOWN], *([f"... and {more} more"] if more > 0 else [])]
    return DriftError(
        f"The target is not what version {version} says; nothing was done",
        where="\n".join(lines),
        why="The way back is planned from the directory, and it would begin somewhere else.",
        do="`telamon schema drift` adopts, reverts or explains the differences. To go back from what the target holds\n"
        "now (after a way back that stopped half way, too), and undo the differences with the rest: --from-target.",
    )


def _guard(target: Target, goal: Goal, rows: Sequence[Revision]) -> Callable[[], None]:
    def check() -> None:
        if locate(target, goal.revisions_schema).read() != tuple(rows):
            raise DriftError(
                "The target's history has changed since the plan was made; nothing was done",
                do="Run the command again.",
            )

    return check
