"""Sources: where a desired schema comes from. Each yields SQL with its origins, or names a database or a directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telamon.errors import UsageError
from telamon.sources.types import DatabaseSource, DirectorySource, Source, SqlSource

if TYPE_CHECKING:
    import psycopg

__all__ = ["DatabaseSource", "DirectorySource", "Source", "SqlSource", "load", "open_source"]


def open_source(spec: str | Sequence[str], *, base: Path | None = None, python: str | None = None) -> Source:
    """Returns the source that `spec` names, read but not yet executed.

    Args:
        spec: `schema.sql`, `file://schema.sql`, `file://folder`, `postgres://...`, `sqlalchemy://package.module[:attribute]`,
            `django://settings.module`, `alembic://alembic.ini`, `drizzle://schema.ts`, `prisma://schema.prisma`,
            `exec://program argument`, `rows://folder`, or several that yield SQL, which are merged into one schema.
        base: the folder to which relative paths and Python modules are relative; the working directory if None.
        python: the interpreter that imports Python models; `TELAMON_PYTHON`, else the running one, if None.

    Raises:
        UsageError: the spec is not understood, or nothing is there.
        CheckError: it is a sealed migration directory that is not as its sum file says.
        TelamonError: what is there cannot be read: a model file that does not import, a file that is not UTF-8.
    """
    base = base or Path.cwd()
    specs = [spec] if isinstance(spec, str) else list(spec)
    if not specs:
        raise UsageError(
            "No source of the schema is given", do='Name one, such as --to file://schema.sql or src = "schema.sql".'
        )
    sources = [_open_one(each, base, python) for each in specs]
    if len(sources) == 1:
        return sources[0]
    parts = [source for source in sources if isinstance(source, SqlSource)]
    if len(parts) < len(sources):
        odd = next(each for each, source in zip(specs, sources, strict=True) if not isinstance(source, SqlSource))
        raise UsageError(
            "A database or a migration directory cannot be merged with other sources",
            where=odd,
            do="Give it alone, or give only sources that yield SQL.",
        )
    given = tuple(item for part in parts for item in part.given)
    rows, data = tuple(table for part in parts for table in part.rows), tuple(s for part in parts for s in part.data)
    return SqlSource(given, ordered=False, label=", ".join(part.label for part in parts), rows=rows, data=data)


def _open_one(spec: str, base: Path, python: str | None) -> Source:
    scheme, separator, rest = spec.partition("://")
    if not separator:
        scheme, rest = "file", spec
    if scheme in ("postgres", "postgresql"):
        return DatabaseSource(spec)
    if scheme == "file":
        from telamon.sources.files import open_path

        return open_path(rest, base)
    if scheme in ("sqlalchemy", "sqlmodel"):
        from telamon.sources.models import open_models

        return open_models(rest, base, python)
    if scheme == "rows":
        from telamon.sources.rows import open_rows

        return open_rows(rest, base)
    if scheme == "within":
        from telamon.sources.within import open_within

        return open_within(rest, lambda inner: _open_one(inner, base, python))
    if opened := _open_tool(scheme, rest, base, python):
        return opened
    if scheme in ("mysql", "mariadb", "maria", "sqlite", "sqlserver", "clickhouse", "libsql", "oracle"):
        raise UsageError(f"{scheme}:// is not read", where=spec, do="Telamon works with PostgreSQL only.")
    raise UsageError(
        f"{scheme}:// is not a kind of source",
        where=spec,
        do="Use a path, file://, postgres://, sqlalchemy://package.module:metadata, django://settings.module, "
        "alembic://alembic.ini, drizzle://schema.ts, prisma://schema.prisma, exec://program or rows://folder.",
    )


def _open_tool(scheme: str, rest: str, base: Path, python: str | None) -> SqlSource | None:
    """The sources for which a tool of the project is run; None where the scheme is another."""
    if scheme == "django":
        from telamon.sources.django import open_django

        return open_django(rest, base, python)
    if scheme == "alembic":
        from telamon.sources.alembic import open_alembic

        return open_alembic(rest, base, python)
    if scheme == "drizzle":
        from telamon.sources.drizzle import open_drizzle

        return open_drizzle(rest, base)
    if scheme == "prisma":
        from telamon.sources.prisma import open_prisma

        return open_prisma(rest, base)
    if scheme == "exec":
        from telamon.sources.program import open_program

        return open_program(rest, base)
    return None


def load(source: SqlSource, connection: psycopg.Connection[Any], *, server: str, roles: Sequence[str] = ()) -> None:
    """Executes a source on an empty dev database; see `telamon.sources.loading.load`."""
    from telamon.sources import loading

    loading.load(source, connection, server=server, roles=roles)
    if source.data:
        loading.load(SqlSource(source.data, ordered=False, label=source.label), connection, server=server)
