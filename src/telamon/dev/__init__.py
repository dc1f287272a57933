"""The dev server: throwaway databases on which SQL is executed to learn what it means.

    with open_dev() as dev, dev.create() as database, database.connect() as connection:
        connection.execute("CREATE TABLE ...")

Importing this package loads neither the driver nor anything slow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from telamon.dev.database import Database, Dev, TemplateMissingError

if TYPE_CHECKING:
    from telamon.dev.alone import AloneDev
    from telamon.dev.embedded import EmbeddedDev

__all__ = ["Database", "Dev", "TemplateMissingError", "open_dev"]


@contextmanager
def open_dev(spec: str = "embedded", *, major: int | None = None) -> Iterator[Dev]:
    """Opens the dev server, and on exit drops what was made on it and lets go of it.

    The embedded server starts at the first `create`, `has` or `keep`; what it is (`identity`) is known before.

    Args:
        spec: `embedded`, `embedded/16`, `alone`, `alone/16`, `postgres://...` or `docker://postgres/16/dev`.
        major: the major version of the target, which the embedded server takes if it is on this machine.

    Raises:
        UsageError: the spec is none of these.
        TelamonError: there is no such server, or it cannot be used; says why and what to do.
    """
    if spec.startswith(("docker://", "docker+postgres://")):
        from telamon.dev.docker import open_docker

        with open_docker(spec) as contained:
            yield contained
        return
    dev = _open(spec, major)
    try:
        yield dev
    finally:
        dev.close()


def _embedded(name: str, major: int | None) -> EmbeddedDev | AloneDev:
    if name == "alone":
        from telamon.dev.alone import AloneDev

        return AloneDev(major)
    from telamon.dev.embedded import EmbeddedDev

    return EmbeddedDev(major)


def _open(spec: str, major: int | None) -> Dev:
    name, slash, wanted = spec.partition("/")
    if name in ("embedded", "alone") and (wanted.isdecimal() or not slash):
        dev = _embedded(name, int(wanted) if wanted else major)
        if wanted and dev.binaries.major != int(wanted):
            from telamon.errors import TelamonError

            raise TelamonError(
                f"There is no server of PostgreSQL {wanted} on this machine",
                where=f"dev = {spec!r}; the newest one here is {dev.binaries.major}",
                do="Install it, name its folder in TELAMON_POSTGRES, or give another dev server.",
            )
        return dev
    if spec.startswith(("postgres://", "postgresql://")):
        from telamon.dev.bound import unbound
        from telamon.dev.given import open_url

        return open_url(unbound(spec))
    from telamon.errors import UsageError

    scheme = spec.partition("://")[0]
    if scheme in ("mysql", "mariadb", "maria", "sqlite", "sqlserver", "clickhouse", "libsql"):
        raise UsageError(f"{scheme}:// cannot be a dev server", where=spec, do="Telamon works with PostgreSQL only.")

    raise UsageError(
        "The dev server cannot be understood",
        where=spec,
        do="Write embedded, embedded/16, postgres://user@host/database or docker://postgres/16/dev.",
    )
