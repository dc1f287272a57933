"""A new start of the history: one file that holds the whole schema."""

from __future__ import annotations

from dataclasses import dataclass

from telamon import rows
from telamon.catalog.facts import title
from telamon.directory import Directory, file_name
from telamon.engine import Engine
from telamon.errors import ProofError, UsageError
from telamon.history.states import difference, reached
from telamon.history.syntax import roles_of
from telamon.plan import make_plan
from telamon.prove import prove
from telamon.replay import replay
from telamon.role_patterns import is_managed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint gives.

    Args:
        wanted: the directory with it, not yet written.
        file: its name.
        warnings: what new databases will lack.
    """

    wanted: Directory
    file: str
    warnings: tuple[str, ...]


def checkpoint(engine: Engine, directory: Directory, tag: str = "", name: str = "checkpoint") -> Checkpoint:
    """Makes a file from which new databases start, and proves that they come out the same.

    Args:
        tag: named in the directive.
        name: the description of the file.

    Raises:
        UsageError: there is nothing to hold, or the tag has a line break.
        CheckError: the directory does not replay.
        ProofError: new databases would come out otherwise, for instance because something is not managed.
    """
    if not directory.executable():
        raise UsageError("The migration directory is empty", where=directory.path, do="There is nothing to start from.")
    if not tag.isprintable():
        raise UsageError(f"{tag!r} cannot be a tag", why="It stands on one line of the file.")
    warnings = []
    with replay(directory, engine.dev) as database, database.connect() as connection:
        state = engine.read(database)
        declared = {("table", *table.name) for table in engine.scope.rows}
        tables = [fact.id for fact in state if fact.kind == "table" and fact.id not in declared]
        for id, number in rows.look(connection, tables)[0].items():
            if number:
                warnings.append(f"{title(id)} has {number} rows from migrations; new databases will not have them")
    for file in directory.executable():
        for statement in file.statements():
            if statement.copy_data:
                warnings.append(f"{statement.origin} writes rows; new databases will not have them")
            if not all(is_managed(role, engine.scope.roles) for role in roles_of(statement)):
                warnings.append(f"{statement.origin} is about roles, which belong to the server and are not in it")
    with engine.dev.create() as database:
        empty = engine.read(database)
    proof = prove(make_plan(empty, state, engine.server), empty, state, engine.dev.create, engine.scope, engine.server)
    head = f"-- atlas:checkpoint {tag}".rstrip() + ("" if proof.transactional else "\n-- atlas:txmode none")
    file_created = file_name(directory.new_version(), name)
    wanted = directory.changed({file_created: f"{head}\n\n{proof.plan.sql()}".encode()})
    if left := difference(state, reached(engine, wanted)):
        raise ProofError(
            "New databases would not come out the same; no checkpoint was written",
            where=left,
            why="The migrations make something that Telamon does not manage.",
            do="Write it by hand: telamon migrate new checkpoint, with `-- atlas:checkpoint` and a blank line on top.",
        )
    return Checkpoint(wanted, file_created, tuple(warnings))
