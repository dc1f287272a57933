"""Which tool wrote a directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from telamon.errors import TelamonError, UsageError
from telamon.importing import folders, marks, names
from telamon.importing.texts import read
from telamon.importing.types import Found

if TYPE_CHECKING:
    from telamon.dev import Dev

FILES: dict[str, Callable[[str], Found]] = {
    "golang-migrate": names.read_golang,
    "flyway": names.read_flyway,
    "goose": marks.read_goose,
    "dbmate": marks.read_dbmate,
    "liquibase": marks.read_liquibase,
    "drizzle": folders.read_drizzle,
    "prisma": folders.read_folders,
}
"""Tools whose directories hold SQL."""

PROGRAMS = ("alembic", "django")
"""Tools that have to be run to get SQL."""

FORMATS = (*FILES, *PROGRAMS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where foreign migrations are.

    Args:
        path: of the directory, or of a file.
        format: one of FORMATS.
    """

    path: str
    format: str


def locate(url: str) -> Place:
    """Reads `file://path?format=goose`, or a path; without a format it is found out.

    Raises:
        UsageError: nothing is there, or nobody knows whose it is.
    """
    rest, _, query = url.removeprefix("file://").partition("?")
    path = os.path.normpath(unquote(rest) if url.startswith("file://") else rest)
    if "://" in rest:
        raise UsageError("Only directories can be converted", where=url, do="Give file://path?format=FORMAT.")
    if not os.path.exists(path):
        raise UsageError("There is no such directory", where=path)
    form = parse_qs(query).get("format", [""])[0] or detect(path)
    if form not in FORMATS:
        why = f"{form} is not known." if form else "Nothing in it tells which tool wrote it."
        raise UsageError(
            "The format is not known",
            where=path,
            why=why,
            do=f"Give file://{path}?format=, and one of {', '.join(FORMATS)}.",
        )
    return Place(path, form)


def detect(path: str) -> str:
    """The format of a directory by what is in it; "" if nothing tells."""
    if os.path.isfile(path):
        return "liquibase" if "liquibase formatted sql" in read(path)[:200].lower() else ""
    listed = sorted(os.listdir(path))
    for name, form in (
        ("alembic.ini", "alembic"), ("env.py", "alembic"), ("manage.py", "django"), ("meta", "drizzle"),
        ("migration_lock.toml", "prisma"),
    ):  # fmt: skip
        if name in listed:
            return form
    for name in listed:
        if os.path.exists(f"{path}/{name}/migration.sql"):
            return "drizzle" if os.path.exists(f"{path}/{name}/snapshot.json") else "prisma"
        if name.endswith(".up.sql"):
            return "golang-migrate"
        if name[:1] in "VBR" and "__" in name and name.endswith(".sql"):
            return "flyway"
        if name.endswith(".sql"):
            text = read(f"{path}/{name}")
            for mark, form in (
                ("-- +goose", "goose"),
                ("-- migrate:up", "dbmate"),
                ("liquibase formatted", "liquibase"),
            ):
                if mark in text:
                    return form
    return ""


def read_foreign(place: Place, dev: Dev, python: str | None = None) -> Found:
    """Reads the migrations of another tool.

    Args:
        dev: where a tool that has to be run may work.
        python: the project's interpreter, for tools in Python.

    Raises:
        UsageError, TelamonError: something in them cannot be converted; names it.
    """
    try:
        if place.format in FILES:
            found = FILES[place.format](place.path)
        elif place.format == "alembic":
            from telamon.importing.alembic import read_alembic

            found = read_alembic(place.path, python)
        else:
            from telamon.importing.django import read_django

            found = read_django(place.path, dev, python)
    except OSError as error:
        raise TelamonError(
            "The migrations cannot be read", where=str(error.filename), why=error.strerror or ""
        ) from None
    if not found.migrations:
        raise UsageError(f"There are no migrations of {place.format} here", where=place.path)
    return found
