"""Settings with which sessions begin: of a role (also in this database alone), and of the database."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import THE_DATABASE, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import ITS_NAME, anywhere
from telamon.quote import ident, literal

HERE = "in this database"
LISTS = (
    "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
    "temp_tablespaces", "unix_socket_directories",
)  # fmt: skip
"""Parameters that are lists of names, whose quotes are a part of the value; the server tells of none."""
FOUND = "FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) AS c"
CURRENT = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"


class SettingSpec(Struct, frozen=True):
    value: str


def values(name: str, value: str) -> str:
    """What follows SET x TO."""
    if name.lower() not in LISTS:
        return literal(value)
    return ", ".join(literal(part) for part in _parts(value)) or "''"


def _parts(value: str) -> list[str]:
    """The names of a list, without their quotes."""
    found, current, quoted, begun = [], "", False, False
    for place, letter in enumerate(value):
        if letter == '"':
            if not quoted and value[place - 1 : place] == '"' and begun:
                current += '"'  # two of them within quotes are one
            quoted, begun = not quoted, True
        elif letter == "," and not quoted:
            found.append(current)
            current, begun = "", False
        elif quoted or letter != " ":
            current, begun = current + letter, True
    return [*found, current] if begun or found else []


class Setting(Kind):
    """A parameter that is set with one statement and reset with another."""

    rank = 2
    beside = True

    def whose(self, fact: Fact) -> tuple[str, str]:
        """(how ALTER begins, in words)."""
        raise NotImplementedError

    def parameter(self, fact: Fact) -> str:
        return fact.id[-1]

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        name = self.parameter(fact)
        return self.change(fact, f"SET {ident(name)} TO {values(name, fact.spec.value)}", "set")

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, f"RESET {ident(self.parameter(fact))}", "reset")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def change(self, fact: Fact, clause: str, verb: str) -> list[Step]:
        whose, words = self.whose(fact)
        return [Step(anywhere(f"ALTER {whose} {clause}"), f"{verb} {self.parameter(fact)} of {words}")]


class RoleSetting(Setting):
    """The path: role, parameter; it ends with `in this database` where it holds there only."""

    name = "role_setting"

    def query(self, server: Server) -> str:
        if not server.roles:
            return ""
        return f"""
            SELECT s.setrole::int8, s.setdatabase <> 0, c {FOUND}
             WHERE s.setrole <> 0 AND (s.setdatabase = 0 OR s.setdatabase = {CURRENT})"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for role_oid, here, setting in rows:
            role = reader.find("pg_authid", role_oid)
            if role is not None:
                name, _, value = setting.partition("=")
                id: Id = (self.name, role[1], name, HERE) if here else (self.name, role[1], name)
                reader.add(id, SettingSpec(value), parent=role)

    def parameter(self, fact: Fact) -> str:
        return fact.id[2]

    def whose(self, fact: Fact) -> tuple[str, str]:
        role, here = fact.id[1], fact.id[-1] == HERE
        tail = f" IN DATABASE {ITS_NAME}" if here else ""
        return f"ROLE {ident(role)}{tail}", f"role {role}{f' {HERE}' if here else ''}"


class DatabaseSetting(Setting):
    """The path: the database, parameter."""

    name = "database_setting"

    def query(self, server: Server) -> str:
        if not server.database:
            return ""
        return f"SELECT c {FOUND} WHERE s.setrole = 0 AND s.setdatabase = {CURRENT}"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for (setting,) in rows:
            name, _, value = setting.partition("=")
            reader.add((self.name, name), SettingSpec(value), parent=THE_DATABASE)

    def whose(self, fact: Fact) -> tuple[str, str]:
        return f"DATABASE {ITS_NAME}", "the database"
