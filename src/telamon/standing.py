"""Where a target stands: the part of the directory that its revisions say it has, and the schema which that gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from telamon.apply.revisions import Revision
from telamon.apply.target import Target
from telamon.catalog.facts import Catalog, Id, title
from telamon.catalog.kept import load_catalog, save_catalog
from telamon.catalog.store import key_of
from telamon.dev import Database
from telamon.diff import Changes, diff
from telamon.directory import Directory, MigrationFile
from telamon.engine import HISTORY, Engine, like
from telamon.errors import CheckError
from telamon.quote import ident
from telamon.replay import replay, run_files
from telamon.sources import DatabaseSource, SqlSource

_MODEL = SqlSource((), ordered=True, label="migrations")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands.

    Args:
        rows: its revisions, in order.
        directory: of all files only those that it has; never written.
        schema: the schema that the target is bound to, "" for the whole database.
    """

    rows: tuple[Revision, ...]
    directory: Directory
    schema: str = ""

    @property
    def version(self) -> str:
        """The last version, "" for none."""
        return self.rows[-1].version if self.rows else ""

    @property
    def files(self) -> tuple[MigrationFile, ...]:
        """The files of the revisions, in order; those that a baseline or a checkpoint stands for are not among them."""
        known = {row.version for row in self.rows}
        return tuple(file for file in self.directory.executable() if file.version in known)

    def before(self, gone: Sequence[MigrationFile]) -> Standing:
        """Where it stands without its last files."""
        versions = {file.version for file in gone}
        rows = tuple(row for row in self.rows if row.version not in versions)
        names = [file.name for file in gone]
        if not rows:  # nothing was there before the first revision
            names = [file.name for file in self.directory.files]
        return Standing(rows, self.directory.changed({}, names), self.schema)


def standing(directory: Directory, rows: Sequence[Revision], schema: str | None = None) -> Standing:
    """Where a target with these revisions stands.

    What is older than its first revision counts as there: a baseline, or a checkpoint, stands for it. Files that
    are left to some contexts are there only with a revision of their own.

    Raises:
        CheckError: a revision is unfinished, or the directory has no file for it.
    """
    files = directory.executable()
    known = {file.version for file in files}
    for row in rows:
        if row.partial:
            raise CheckError(
                f"version {row.version} is partially applied: {row.applied} of {row.total} statements",
                why=row.error or "A run of it was interrupted.",
                do="Finish it with `telamon migrate apply`, or record what is true with `telamon migrate set`.",
            )
        if row.version not in known:
            raise CheckError(
                f"the target has version {row.version}, and the directory has no file for it",
                where=directory.path,
                why="What that version did cannot be known without its file.",
                do="Check out the directory that was applied (git log --diff-filter=D -- the directory),\n"
                "or, if history was rewritten, say where the target stands: telamon migrate set VERSION.",
            )
    versions = {row.version for row in rows}
    first = rows[0].version if rows else ""
    gone = [
        each.name
        for each in files
        if each.version not in versions and (not rows or each.version > first or each.contexts)
    ]
    return Standing(tuple(rows), directory.changed({}, gone) if gone else directory, schema or "")


def copy_of(engine: Engine, where: Standing) -> Database:
    """A dev database in the state that a standing gives; the caller drops it.

    For a target that is bound to a schema the files run in a schema of that name, as they do there.

    Raises:
        CheckError: a statement fails; names file, line and statement.
    """
    if where.schema in ("", "public"):
        return replay(where.directory, engine.dev)
    database = engine.dev.create()
    try:
        with database.connect() as connection:
            connection.execute(f"CREATE SCHEMA {ident(where.schema)}".encode())
        # The files, and whoever works on this copy, connect anew: they begin in the schema.
        value = ident(where.schema).replace("\\", "\\\\").replace(" ", "\\ ")
        before = conninfo_to_dict(database.conninfo).get("options") or ""
        database.conninfo = make_conninfo(database.conninfo, options=f"{before} -csearch_path={value}".strip())
        run_files(where.directory.for_empty_database(), database, engine.dev)
    except BaseException:
        database.drop()
        raise
    return database


def expected(engine: Engine, where: Standing) -> Catalog:
    """What a target that stands there should hold.

    Raises:
        CheckError: the directory does not replay.
    """
    key = key_of("standing", engine.dev.identity, engine.scope.key(), where.schema, where.directory.chain_key())
    catalog = load_catalog(key)
    if catalog is None:
        with copy_of(engine, where) as database:
            catalog = engine.read(database)
        save_catalog(key, catalog)
    return catalog


def held(engine: Engine, target: Target, should: Catalog) -> tuple[Catalog, Catalog]:
    """(all that the target holds besides its revisions, what of that counts against what it should hold)."""
    read = engine.read_from(target.connection, HISTORY)
    return read, like(engine.alike(read, should)[0], should, DatabaseSource(""), _MODEL)


def topmost(should: Catalog, real: Catalog) -> Changes:
    """What is not as it should be, without the parts of what is missing or surplus as a whole."""
    found = diff(should, real)

    def heads(ids: tuple[Id, ...], catalog: Catalog) -> tuple[Id, ...]:
        among = set(ids)
        return tuple(id for id in ids if catalog.facts[id].parent not in among)

    return Changes(heads(found.added, real), heads(found.removed, should), found.altered)


def in_words(changes: Changes) -> list[str]:
    """Each difference on a line."""
    return [
        *(f"not in the migrations: {title(id)}" for id in changes.added),
        *(f"missing on the target: {title(id)}" for id in changes.removed),
        *(f"other than in the migrations: {title(id)}" for id in changes.altered),
    ]
