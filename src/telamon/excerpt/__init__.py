"""Diffs of an edit without the whole schema: only what the edit concerns is executed, planned and proved.

A large schema takes seconds to execute, and an edit changes a statement or two. When the directory is known to be equal
to the schema before the edit, the difference between directory and schema is the difference that the edit makes, and
that can be seen in a small database: one that holds what the changed statements need, in which then they, and the
statements that mention what they make, are executed as they were and as they are. PostgreSQL stays the judge. What the
old statements make there has to be what is known of the whole schema, fact by fact; and wherever a statement could
reach further than it says, the whole schema is loaded instead (`Doubt`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telamon.catalog.facts import Catalog, Fact, Id, title
from telamon.catalog.kept import Kept, keep, load_catalog, save_catalog, wholes
from telamon.diff import diff
from telamon.errors import TelamonError, UsageError
from telamon.excerpt.choice import Choice, named
from telamon.excerpt.statements import Doubt, Text, edit_between, harmless
from telamon.kinds import BY_NAME
from telamon.plan import Plan, make_plan
from telamon.sources.types import SqlSource
from telamon.statements import Origin, Statement

if TYPE_CHECKING:
    from telamon.dev import Database
    from telamon.engine import Engine, Planned
    from telamon.generate import Wishes

NEEDED = Origin("what the edit needs")

ROUNDS = 6
"""How often an excerpt may grow by what its own execution showed."""


def plan_edit(
    engine: Engine, kept: Kept, before: Sequence[Statement], source: SqlSource, wishes: Wishes
) -> tuple[Planned, Kept]:
    """Plans, and proves, the way from a known schema to one that was made of it by an edit.

    Args:
        kept: the facts of the schema before the edit.
        before: its statements.

    Raises:
        Doubt: the edit cannot be judged by itself.
        Refusal, ProofError, TelamonError: as `plan_between` does.

    Returns:
        the plan, and the facts after the edit.
    """
    after = source.statements
    sides = (Text(before), Text(after))
    edit = edit_between(before, after)
    for side, places in zip(sides, (edit.removed, edit.added), strict=True):
        if not side.always.isdisjoint(places):
            raise Doubt("what changed counts for all that follows")
        harmless(side, min(places, default=len(side.statements)) if source.ordered else 0)
    empty = nothing(engine)
    choice = Choice(kept, sides, edit, frozenset(wholes(empty).values()), source.ordered)
    for _ in range(ROUNDS):
        ground = choice.background()
        scene = make_plan(empty, Catalog(ground, empty.version_num, (), empty.user), engine.server)
        with staged(engine, *(excerpt(scene, choice, which, source) for which in (0, 1))) as stage:
            found = judged(engine, choice, ground, stage, wishes)
        if found:
            return found
        choice.close()
    raise Doubt("it does not come to an end")


@dataclass(frozen=True, slots=True)
class Stage:
    """
    Args:
        old, new: what the two excerpts mean.
        copy: makes databases in the state of `old`.
    """

    old: Catalog
    new: Catalog
    copy: Callable[[], Database]


@contextmanager
def staged(engine: Engine, before: SqlSource, after: SqlSource) -> Iterator[Stage]:
    """The two excerpts, executed side by side.

    Raises:
        Doubt: one does not load: a mistake in the schema, which the full load reports, or something is missing.
    """
    with ExitStack() as stack:
        try:
            with ThreadPoolExecutor(1) as other:
                second = other.submit(engine.catalog, after)
                first = stack.enter_context(engine.database(before))
                old, new = engine.read(first), second.result()
        except TelamonError as error:
            raise Doubt(f"an excerpt does not load: {error.what} {error.why}") from error
        first.close()
        spare = [first]  # as good as a copy, once
        yield Stage(old, new, lambda: spare.pop() if spare else engine.database(before))


def judged(
    engine: Engine, choice: Choice, ground: Mapping[Id, Fact], stage: Stage, wishes: Wishes
) -> tuple[Planned, Kept] | None:
    """The proved plan, and the facts after it; None where more has to be taken in, which is noted in the choice."""
    kept, old, new = choice.kept, stage.old, stage.new
    made = compare(old, choice, ground)
    changes = diff(old, new)
    of_old, of_new = wholes(old), wholes(new)
    gone = {*changes.removed, *changes.altered}
    changed = {of_old[id] for id in gone} | {of_new[id] for id in (*changes.added, *changes.altered)}
    if not changed.isdisjoint(ground):
        raise Doubt("what is only needed changes, too")
    if choice.follow(map(named, changed)) or choice.crowded((new.facts[id] for id in changes.added), made):
        return None
    planned = planned_between(engine, stage, wishes)
    touched = gone | planned.plan.replaced
    if choice.reaches(touched, {of_old[id] for id in touched if id in of_old}, made):
        return None
    told = {*planned.unmanaged, *kept.unmanaged} - (set(old.unmanaged) - set(new.unmanaged))
    return replace(planned, unmanaged=tuple(sorted(told))), brought_forward(kept, made, old, new, ground)


def nothing(engine: Engine) -> Catalog:
    """What a new database holds."""
    from telamon.engine import EMPTY

    key = engine.key(EMPTY)
    found = load_catalog(key)
    if found is None:
        found = engine.catalog(EMPTY)
        save_catalog(key, found)
    return found


def excerpt(scene: Plan, choice: Choice, which: int, source: SqlSource) -> SqlSource:
    """One side of an edit: what is needed, as statements, and the chosen ones of its own."""
    needed = [Statement(step.sql, NEEDED) for step in scene.statements()]
    text = choice.sides[which]
    own = [text.statements[at] for at in sorted(choice.chosen[which] | text.always)]
    return SqlSource((*needed, *own), ordered=source.ordered, label=source.label)


def planned_between(engine: Engine, stage: Stage, wishes: Wishes) -> Planned:
    """The proved plan between two excerpts.

    Raises:
        Doubt: none is found; the reason is one for the whole schema to give.
        UsageError: renames are not decided.
    """
    from telamon.engine import plan_catalogs

    try:
        return plan_catalogs(engine, stage.old, stage.new, stage.copy, wishes)
    except UsageError:
        raise
    except TelamonError as error:
        raise Doubt(f"no plan: {error.what}") from error


def compare(old: Catalog, choice: Choice, ground: Mapping[Id, Fact]) -> set[Id]:
    """The wholes that the excerpt's statements made.

    Raises:
        Doubt: they are not, fact by fact, what the same statements made in the whole schema.
    """
    whole_of = wholes(old)
    made = {whole for whole in whole_of.values() if whole not in ground}
    known = {
        row[0]: (row[1], row[2]) for whole in made if whole in choice.kept.pieces for row in choice.piece(whole).rows
    }
    known |= {id: (fact.spec, fact.parent) for id, fact in ground.items()}
    for id, fact in old.facts.items():
        if whole_of[id] in ground and id not in ground and BY_NAME[id[0]].leaf:
            continue  # privileges of whatever is there, of what is only needed here
        if known.pop(id, None) != (fact.spec, fact.parent):
            raise Doubt(f"{title(id)} comes out otherwise by itself")
    missing = [whole for name in choice.targets for whole in choice.called(name) if choice.makes_anew(whole)]
    missing = [*known, *(whole for whole in missing if whole not in made)]
    if missing:
        raise Doubt(f"{title(missing[0])} does not come out by itself")
    if not set(old.unmanaged) <= set(choice.kept.unmanaged):
        raise Doubt("something came out that nothing manages")
    return made


def brought_forward(kept: Kept, gone: set[Id], old: Catalog, new: Catalog, ground: Mapping[Id, Fact]) -> Kept:
    """The facts of the whole schema after the edit."""
    fresh = keep(new)
    come = {whole for whole in fresh.pieces if whole not in ground}
    pieces = {whole: piece for whole, piece in kept.pieces.items() if whole not in gone - come}
    pieces |= {whole: fresh.pieces[whole] for whole in come}
    users = {
        whole: tuple(user for user in of if user not in gone) for whole, of in kept.users.items() if whole in pieces
    }
    for whole, of in fresh.users.items():
        users[whole] = tuple(dict.fromkeys((*users.get(whole, ()), *(user for user in of if user in come))))
    unmanaged = (set(kept.unmanaged) - set(old.unmanaged)) | set(new.unmanaged)
    return Kept(kept.version_num, tuple(sorted(unmanaged)), kept.user, pieces, users)
