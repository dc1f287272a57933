"""The test that every branch gets without writing one: its migrations run onto a database with rows in every table."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from telamon.catalog.facts import Id
from telamon.directory import Directory
from telamon.errors import CheckError, TelamonError
from telamon.history.git import names_at
from telamon.scenario.run import Run, told
from telamon.scenario.types import FileResult, Problem, Result
from telamon.statements import Origin
from telamon.stepping import EMPTY, NEWEST, Stepper

NAME = "new migrations run onto rows"

TABLES = """
SELECT c.oid::int8, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n
    ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 2, 3
"""

Table = tuple[int, str, str]


def base_version(directory: Directory, ref: str) -> str:
    """The last version that a commit has, `empty` where it has none.

    Raises:
        UsageError: git knows no such commit.
        CheckError: it has migrations that are not here, or come after new ones.
    """
    theirs = {name for name in names_at(directory.path, ref) if name.endswith(".sql")}
    files = directory.executable()
    if missing := sorted(theirs - {file.name for file in directory.files}):
        raise CheckError(
            f"{ref} has migrations that are not here",
            where="\n".join(f"{directory.path}/{name}" for name in missing),
            do=f"Merge {ref}, then: telamon migrate rebase",
        )
    common = [file for file in files if file.name in theirs]
    if not common:
        return EMPTY
    if early := [file for file in files if file.name not in theirs and file.name < common[-1].name]:
        raise CheckError(
            f"New migrations come before the last one of {ref}",
            where="\n".join(file.path for file in early),
            why=f"Databases that have {common[-1].name} already would not run them in this order.",
            do="Put them last: telamon migrate rebase",
        )
    return common[-1].version


def run_onto_rows(run: Run, ref: str) -> FileResult:
    """Puts rows into every table at the last version of a commit, and runs the migrations that are new since.

    Raises:
        UsageError: git knows no such commit.
        CheckError: the new migrations do not come last, or the old ones do not replay.
    """
    begun = time.perf_counter()
    at = base_version(run.directory, ref)
    problem, note = None, ""
    with Stepper(run.directory, run.dev, at) as stepper, stepper.connect() as connection:
        new = stepper.ahead(NEWEST) if run.directory.executable() else ()
        before = _filled(connection)
        try:
            for file in new:
                stepper.to(file.version)
        except TelamonError as error:
            problem = Problem(Origin(file.path), "It fails where tables have rows", told(error))
        else:
            note = _told(len(new), len(before), _lost(connection, before))
    name = f"{NAME}, from {ref} ({at})"
    return FileResult(run.directory.path, (Result(name, time.perf_counter() - begun, problem, note),))


def _filled(connection: psycopg.Connection[Any]) -> dict[Table, int]:
    """The tables that took rows, and how many."""
    from telamon.rows import look, seed

    tables: list[Table] = connection.execute(TABLES).fetchall()
    by_id: dict[Id, Table] = {("table", schema, name): (oid, schema, name) for oid, schema, name in tables}
    seed(connection, by_id)
    return {by_id[id]: rows for id, rows in look(connection, by_id)[0].items() if rows}


def _lost(connection: psycopg.Connection[Any], before: dict[Table, int]) -> list[str]:
    """What happened to rows: tables that are gone, and tables that have fewer. Renamed ones are known by their OID."""
    from telamon.rows import look

    now = {oid: (schema, name) for oid, schema, name in connection.execute(TABLES).fetchall()}
    left: dict[Id, Table] = {("table", *now[table[0]]): table for table in before if table[0] in now}
    rows = look(connection, left)[0]
    gone = [f"{schema}.{name} was dropped" for oid, schema, name in before if oid not in now]
    fewer = [
        f"{id[1]}.{id[2]} has {rows[id]} of {before[t]}"
        for id, t in left.items()
        if rows.get(id, before[t]) < before[t]
    ]
    return gone + fewer


def _told(new: int, filled: int, lost: list[str]) -> str:
    files = f"{new} new migration{'' if new == 1 else 's'}, {filled} table{'' if filled == 1 else 's'} with rows"
    return f"{files}; rows lost: {', '.join(lost)}" if lost else files
