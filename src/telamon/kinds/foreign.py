"""Foreign-data wrappers, foreign servers and user mappings. (Foreign tables are in foreign_table.py.)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.options import options_change, options_clause
from telamon.quote import ident, literal


class WrapperSpec(Struct, frozen=True):
    """
    Args:
        handler: (schema, name) of the function, or None.
        validator: likewise.
    """

    handler: tuple[str, str] | None
    validator: tuple[str, str] | None
    options: tuple[str, ...]


class ForeignServerSpec(Struct, frozen=True):
    wrapper: str
    type: str | None
    version: str | None
    options: tuple[str, ...]


class UserMappingSpec(Struct, frozen=True):
    """
    Args:
        options: None where the reader may not see them.
    """

    options: tuple[str, ...] | None


def path(names: list[str] | None) -> tuple[str, str] | None:
    """(schema, name), where there is one."""
    return (names[0], names[1]) if names else None


class ForeignDataWrapper(Kind):
    name = "foreign_data_wrapper"
    present = made("pg_foreign_data_wrapper")
    rank = 20

    def query(self, server: Server) -> str:
        function = (
            "(SELECT ARRAY[n.nspname::text, p.proname::text] FROM pg_catalog.pg_proc p"
            " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = w.{})"
        )
        return f"""
            SELECT w.oid::int8, w.fdwname, {function.format("fdwhandler")}, {function.format("fdwvalidator")},
                   w.fdwoptions
              FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.oid >= 16384"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, handler, validator, options in rows:
            if not reader.is_member("pg_foreign_data_wrapper", oid):
                spec = WrapperSpec(path(handler), path(validator), tuple(sorted(options or ())))
                reader.add((self.name, name), spec, ("pg_foreign_data_wrapper", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        words = [f"CREATE FOREIGN DATA WRAPPER {ident(fact.id[1])}"]
        for word, function in (("HANDLER", fact.spec.handler), ("VALIDATOR", fact.spec.validator)):
            if function:
                words.append(f"{word} {ctx.name(*function)}")
        words.append(options_clause(fact.spec.options))
        return [Step(" ".join(filter(None, words)), f"create foreign-data wrapper {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP FOREIGN DATA WRAPPER {ident(fact.id[1])}", f"drop foreign-data wrapper {fact.id[1]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        words = []
        for word, was, want in (
            ("HANDLER", before.handler, after.handler),
            ("VALIDATOR", before.validator, after.validator),
        ):
            if was != want:
                words.append(f"{word} {ctx.name(*want)}" if want else f"NO {word}")
        words.append(options_change(before.options, after.options))
        sql = f"ALTER FOREIGN DATA WRAPPER {ident(new.id[1])} {' '.join(filter(None, words))}"
        return [Step(sql, f"alter foreign-data wrapper {new.id[1]}")]


class ForeignServer(Kind):
    name = "server"
    present = made("pg_foreign_server")
    rank = 21

    def query(self, server: Server) -> str:
        return """
            SELECT s.oid::int8, s.srvname, w.fdwname, s.srvtype, s.srvversion, s.srvoptions, w.oid::int8
              FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, wrapper, type, version, options, wrapper_oid in rows:
            if not reader.is_member("pg_foreign_server", oid):
                spec = ForeignServerSpec(wrapper, type, version, tuple(sorted(options or ())))
                needs = [reader.find("pg_foreign_data_wrapper", wrapper_oid)]
                reader.add((self.name, name), spec, ("pg_foreign_server", oid), needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: ForeignServerSpec = fact.spec
        words = [f"CREATE SERVER {ident(fact.id[1])}"]
        words.append(f"TYPE {literal(spec.type)}" if spec.type is not None else "")
        words.append(f"VERSION {literal(spec.version)}" if spec.version is not None else "")
        words += [f"FOREIGN DATA WRAPPER {ident(spec.wrapper)}", options_clause(spec.options)]
        return [Step(" ".join(filter(None, words)), f"create foreign server {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP SERVER {ident(fact.id[1])}", f"drop foreign server {fact.id[1]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if (before.wrapper, before.type) != (after.wrapper, after.type):
            return None
        words = [options_change(before.options, after.options)]
        if before.version != after.version:
            words.insert(0, f"VERSION {'NULL' if after.version is None else literal(after.version)}")
        sql = f"ALTER SERVER {ident(new.id[1])} {' '.join(filter(None, words))}"
        return [Step(sql, f"alter foreign server {new.id[1]}")]


class UserMapping(Kind):
    """The path is server and role; no role is PUBLIC."""

    name = "user_mapping"
    present = made("pg_foreign_server")
    rank = 22

    def query(self, server: Server) -> str:
        # The view, since the table is not for everybody; it hides options from those who may not see them.
        return """
            SELECT m.umid::int8, m.srvid::int8, CASE WHEN m.umuser = 0 THEN '' ELSE m.usename END, m.umoptions,
                   m.umoptions IS NULL AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
              FROM pg_catalog.pg_user_mappings m"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, server_oid, role, options, hidden in rows:
            server = reader.find("pg_foreign_server", server_oid)
            if server is not None:
                spec = UserMappingSpec(None if hidden else tuple(sorted(options or ())))
                reader.add((self.name, server[1], role), spec, ("pg_user_mapping", oid), needs=[server])

    def roles(self, fact: Fact) -> Sequence[str]:
        return (fact.id[2],) if fact.id[2] else ()

    def words(self, verb: str, fact: Fact) -> str:
        role = ident(fact.id[2]) if fact.id[2] else "PUBLIC"
        return f"{verb} USER MAPPING FOR {role} SERVER {ident(fact.id[1])}"

    def about(self, verb: str, fact: Fact) -> str:
        return f"{verb} user mapping of {fact.id[2] or 'public'} on foreign server {fact.id[1]}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"{self.words('CREATE', fact)} {options_clause(fact.spec.options or ())}".rstrip()
        return [Step(sql, self.about("create", fact))]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(self.words("DROP", fact), self.about("drop", fact))]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if old.spec.options is None or new.spec.options is None:
            return []  # what cannot be seen cannot be compared
        change = options_change(old.spec.options, new.spec.options)
        return [Step(f"{self.words('ALTER', new)} {change}", self.about("alter", new))]
