"""Which extensions a dev server offers, and how to come by one that it lacks."""

from __future__ import annotations

from telamon.dev.binaries import Binaries, installed
from telamon.dev.database import Dev

# Debian's names where they are not `postgresql-MAJOR-` and the extension's name with hyphens. "" is the server's own.
_PACKAGES = {
    "pg_cron": "postgresql-{}-cron",
    "pg_partman": "postgresql-{}-partman",
    "pg_repack": "postgresql-{}-repack",
    "pg_similarity": "postgresql-{}-similarity",
    "plperl": "postgresql-plperl-{}",
    "plperlu": "postgresql-plperl-{}",
    "plpython3u": "postgresql-plpython3-{}",
    "pltcl": "postgresql-pltcl-{}",
    "pltclu": "postgresql-pltcl-{}",
    "postgis": "postgresql-{}-postgis-3",
    "postgis_raster": "postgresql-{}-postgis-3",
    "postgis_tiger_geocoder": "postgresql-{}-postgis-3",
    "postgis_topology": "postgresql-{}-postgis-3",
    "vector": "postgresql-{}-pgvector",
    **dict.fromkeys(("pgcrypto", "sslinfo", "uuid-ossp", "xml2"), "postgresql-{}"),
}


def available(dev: Dev) -> dict[str, str]:
    """The extensions that can be created on a dev server, with their versions.

    Raises:
        TelamonError: the server does not start or cannot be used.
    """
    with dev.create() as database, database.connect() as connection:
        query = "SELECT name, coalesce(default_version, '') FROM pg_available_extensions ORDER BY name"
        return dict(connection.execute(query).fetchall())


def elsewhere(extension: str) -> list[Binaries]:
    """The installations of the server on this machine that have the extension."""
    return [binaries for binaries in installed() if binaries.has_extension(extension)]


def package(extension: str, major: int) -> str:
    """The Debian package that has an extension, by Debian's rule for names; it need not exist."""
    return _PACKAGES.get(extension, f"postgresql-{{}}-{extension.replace('_', '-')}").format(major)
