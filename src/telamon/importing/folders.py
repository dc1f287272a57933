"""Tools that keep a folder of generated SQL beside their own schema: Drizzle and Prisma."""

from __future__ import annotations

import datetime
import json
import os

from telamon.errors import UsageError
from telamon.importing.texts import read
from telamon.importing.types import Foreign, Found

_BREAKPOINT = "--> statement-breakpoint"


def read_drizzle(path: str) -> Found:
    """Drizzle: the files in the order of `meta/_journal.json`, with its times; or, since 1.0, folders by name."""
    journal = f"{path}/meta/_journal.json"
    if not os.path.exists(journal):
        return read_folders(path)
    found = Found()
    try:
        entries = json.loads(read(journal))["entries"]
        listed = [(int(each["idx"]), int(each["when"]), str(each["tag"])) for each in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("This is not a journal of Drizzle's", where=journal, why=f"{error!r}") from None
    last = ""
    for number, when, tag in sorted(listed):
        moment = datetime.datetime.fromtimestamp(when / 1000, datetime.UTC)
        written = moment.strftime("%Y%m%d%H%M%S")
        while written <= last:
            moment += datetime.timedelta(seconds=1)
            written = moment.strftime("%Y%m%d%H%M%S")
        last = written
        file = f"{path}/{tag}.sql"
        if not os.path.exists(file):
            raise UsageError("A migration of the journal is not there", where=file)
        description = tag.partition("_")[2] or tag
        found.migrations.append(
            Foreign((number, int(written)), written, description, without_breakpoints(read(file)), origin=file)
        )
    return found


def read_folders(path: str) -> Found:
    """Prisma, and Drizzle since 1.0: `TIME_NAME/migration.sql`, ordered by name."""
    found = Found()
    for name in sorted(os.listdir(path)):
        file = f"{path}/{name}/migration.sql"
        if not os.path.exists(file):
            continue
        written, _, description = name.partition("_")
        if not written.isdigit():
            raise UsageError("The name of a migration begins with no number", where=f"{path}/{name}")
        found.migrations.append(
            Foreign((int(written),), written, description, without_breakpoints(read(file)), origin=file)
        )
    return found


def without_breakpoints(text: str) -> str:
    """The text without Drizzle's marks between statements, each of which may stand for a `;`."""
    if _BREAKPOINT not in text:
        return text
    pieces = [piece.strip() for piece in text.split(_BREAKPOINT)]
    return "".join(f"{piece}{'' if piece.endswith(';') else ';'}\n" for piece in pieces if piece)
