"""Tools whose files hold both directions between marks in comments: goose, dbmate and Liquibase's formatted SQL."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from telamon.errors import UsageError
from telamon.importing.texts import read
from telamon.importing.types import Foreign, Found

_NUMBERED = re.compile(r"([0-9]+)_(.*)\.sql")
_GOOSE_GO = re.compile(r"[0-9]+_.*\.go")
_CHANGESET = re.compile(r"--\s*changeset\s+([^:\s]+):(\S+)(.*)", re.IGNORECASE)
_LIQUIBASE = re.compile(
    r"--\s*(liquibase|rollback|preconditions?\S*|comment|property|validCheckSum|tagDatabase)\b[:]?(.*)", re.I
)
_ATTRIBUTE = re.compile(r"(\w+):(\"[^\"]*\"|\S+)")


def read_goose(path: str) -> Found:
    """goose: `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`; ordered by number.

    Raises:
        UsageError: a migration in Go, or values to be filled in from the environment.
    """
    found = Found()
    for name in os.listdir(path):
        if _GOOSE_GO.fullmatch(name) and not name.endswith("_test.go"):
            raise UsageError(
                "A migration in Go cannot be converted", where=f"{path}/{name}", do="Write it as SQL first."
            )
        if match := _NUMBERED.fullmatch(name):
            file = f"{path}/{name}"
            parts, transactional = _goose_parts(file)
            found.migrations.append(
                Foreign((int(match[1]),), match[1], match[2], parts["up"], parts["down"], transactional, origin=file)
            )
    found.migrations.sort(key=lambda each: each.version)
    return found


def _goose_parts(file: str) -> tuple[dict[str, str], bool]:
    parts, part, transactional = {"": "", "up": "", "down": ""}, "", True
    for number, line in enumerate(read(file).split("\n"), 1):
        words = line.split()
        if words[:2] != ["--", "+goose"]:
            parts[part] += f"{line}\n"
            continue
        command = " ".join(words[2:]).lower()
        if command in ("up", "down"):
            part = command
        elif command == "no transaction":
            transactional = False
        elif command.startswith("envsub on"):
            raise UsageError(
                "goose fills in this file from the environment", where=f"{file}:{number}", do="Put the values in."
            )
    return parts, transactional


def read_dbmate(path: str) -> Found:
    """dbmate: `-- migrate:up [transaction:false]` and `-- migrate:down`; ordered by number."""
    found = Found()
    for name in os.listdir(path):
        if not (match := _NUMBERED.fullmatch(name)):
            continue
        parts, part, transactional = {"": "", "up": "", "down": ""}, "", True
        for line in read(f"{path}/{name}").split("\n"):
            words = line.split()
            if words[:1] == ["--"] and words[1:2] in (["migrate:up"], ["migrate:down"]):
                part = words[1].removeprefix("migrate:")
                transactional = transactional and not (part == "up" and "transaction:false" in words[2:])
            else:
                parts[part] += f"{line}\n"
        found.migrations.append(
            Foreign(
                (int(match[1]),), match[1], match[2], parts["up"], parts["down"], transactional, origin=f"{path}/{name}"
            )
        )
    found.migrations.sort(key=lambda each: each.version)
    return found


@dataclass(slots=True)
class Changeset:
    """One changeset of formatted SQL, while it is read."""

    name: str
    attributes: dict[str, str]
    origin: str
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)

    @property
    def for_postgres(self) -> bool:
        """Whether Liquibase would run it on PostgreSQL."""
        wanted = [each.strip().lower() for each in self.attributes.get("dbms", "").split(",") if each.strip()]
        if not wanted or "all" in wanted:
            return True
        return "postgresql" in wanted or ("!postgresql" not in wanted and all(each.startswith("!") for each in wanted))


def read_liquibase(path: str) -> Found:
    """Liquibase's formatted SQL: each changeset becomes a migration, for each runs in a transaction of its own.

    Files are taken by name, as `includeAll` takes them; changesets for other databases are left out.

    Raises:
        UsageError: a delimiter of its own, or a change log that is not formatted SQL.
    """
    found = Found()
    files = [path] if os.path.isfile(path) else [
        f"{folder}/{name}" for folder, _, names in sorted(os.walk(path)) for name in sorted(names)
    ]  # fmt: skip
    for file in files:
        if file.endswith((".xml", ".yaml", ".yml", ".json")):
            found.notes.append(f"{file} is not read: compare the order of the migrations with it")
        if not file.endswith(".sql"):
            continue
        for each in _changesets(file):
            where = each.origin
            if not each.for_postgres:
                found.notes.append(f"{where} is for {each.attributes['dbms']} and left out")
                continue
            if each.attributes.get("enddelimiter", ";") != ";":
                raise UsageError(
                    "A changeset with a delimiter of its own cannot be converted", where=where,
                    do="Let its statements end in `;`: a body in $$ needs no other delimiter.",
                )  # fmt: skip
            for special in ("context", "contextfilter", "labels", "runonchange", "runalways"):
                if special in each.attributes:
                    found.notes.append(
                        f"{where} had {special}:{each.attributes[special]}; here it runs once, everywhere"
                    )
            number = len(found.migrations) + 1
            up, down = "\n".join(each.up) + "\n", "\n".join(each.down)
            transactional = each.attributes.get("runintransaction") != "false"
            found.migrations.append(
                Foreign((number,), f"{number:04}", each.name, up, down, transactional, origin=where)
            )
    return found


def _changesets(file: str) -> list[Changeset]:
    lines = read(file).split("\n")
    found: list[Changeset] = []
    ignoring = in_rollback = False
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        lower = stripped.lower().replace(" ", "")
        if lower.startswith("--ignorelines:"):
            ignoring = lower.endswith("start")
        elif ignoring:
            continue
        elif match := _CHANGESET.match(stripped):
            attributes = {key.lower(): value.strip('"') for key, value in _ATTRIBUTE.findall(match[3])}
            attributes = {
                key: value.lower() if value.lower() in ("true", "false") else value for key, value in attributes.items()
            }
            found.append(Changeset(f"{match[1]}_{match[2]}", attributes, f"{file}:{number}"))
        elif not found:
            continue
        elif lower.startswith("/*liquibaserollback"):
            in_rollback = True
        elif in_rollback:
            in_rollback = not lower.endswith("*/")
            found[-1].down += [] if lower == "*/" else [line.replace("*/", "")]
        elif match := _LIQUIBASE.match(stripped):
            if match[1].lower() == "rollback" and match[2].strip().lower() not in ("empty", "not required"):
                found[-1].down.append(match[2].strip())
        else:
            found[-1].up.append(line)
    return found
