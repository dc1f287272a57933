"""Replays a migration directory on the dev database, as far as its history is not known already."""

from __future__ import annotations

from collections.abc import Sequence

from telamon.dev import Database, Dev, TemplateMissingError, open_dev
from telamon.directory import Directory, MigrationFile
from telamon.errors import CheckError, TelamonError
from telamon.sources.types import SqlSource
from telamon.statements import Origin, Statement


def replay_directory(directory: Directory, dev_url: str | None = None) -> None:
    """Replays the whole directory, as far as that has not been done before.

    Args:
        dev_url: the dev server, embedded if None.

    Raises:
        CheckError: a statement fails; names file, line and statement.
    """
    files = directory.for_empty_database()
    with open_dev(dev_url or "embedded") as dev:
        if files:
            _keep(files, directory, dev)


def replay(directory: Directory, dev: Dev, version: str | None = None) -> Database:
    """A dev database at a version of the directory: a copy of the replay cache's, or made from its longest prefix.

    Args:
        version: the last one to run; all if None.

    Raises:
        CheckError: a statement fails; names file, line and statement.
    """
    files = directory.for_empty_database(version)
    if files and _keep(files, directory, dev):
        try:
            return dev.create(directory.chain_key(files[-1].version))
        except TemplateMissingError:
            pass  # evicted meanwhile: made once more below
    database = dev.create()
    try:
        run_files(files, database, dev)
    except BaseException:
        database.drop()
        raise
    return database


def _keep(files: Sequence[MigrationFile], directory: Directory, dev: Dev) -> bool:
    """Replays files, as far as the cache does not have them, into the cache; whether it has them all now.

    Raises:
        CheckError: a statement fails; names file, line and statement.
    """
    key = directory.chain_key(files[-1].version)
    done = len(files)
    while done and not dev.has(directory.chain_key(files[done - 1].version)):
        done -= 1
    if done == len(files):
        return True
    try:
        database = dev.create(directory.chain_key(files[done - 1].version) if done else None)
    except TemplateMissingError:
        done, database = 0, dev.create()
    try:
        run_files(files[done:], database, dev)
        dev.keep(database, key)
    except BaseException:
        database.drop()
        raise
    return dev.has(key)


def run_files(files: Sequence[MigrationFile], database: Database, dev: Dev) -> None:
    """Executes files as apply does: each in one transaction, unless it says otherwise.

    Raises:
        CheckError: a statement fails.
    """
    from telamon.sources import load

    statements: list[Statement] = []
    for file in files:
        own = list(file.statements())
        if not own:
            continue
        if file.tx_mode != "none":
            begin, end = own[0].origin, own[-1].origin
            own = [
                Statement("BEGIN", Origin(begin.path, begin.line)),
                *own,
                Statement("COMMIT", Origin(end.path, end.line)),
            ]
        statements += own
    try:
        with database.connect() as connection:
            load(SqlSource(tuple(statements), ordered=True, label="migrations"), connection, server=dev.description)
    except TelamonError as error:
        raise CheckError(
            f"The migration directory does not replay: {error.what}", where=error.where, why=error.why, do=error.do
        ) from error
