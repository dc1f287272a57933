"""Rows for development, made up: they respect foreign keys, uniques, checks and enums, because the server says so.

Each row is tried; what is refused is made up anew. Values that a CHECK names are tried for its columns.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from telamon.apply.target import Connection, connect
from telamon.errors import CheckError, UsageError
from telamon.quote import ident, idents
from telamon.seeding.apply import LOCK, Options
from telamon.seeding.files import Values
from telamon.seeding.tables import Column, Reference, Table, in_order, tables_of

if TYPE_CHECKING:
    from faker import Faker

ATTEMPTS = 20
"""So many times the rows that are wanted are made up before a table is given up."""
_NULLS = 0.1
_PARENTS = 10_000

NAMED = {
    "email": "email", "mail": "email", "first_name": "first_name", "last_name": "last_name", "username": "user_name",
    "login": "user_name", "phone": "phone_number", "city": "city", "country": "country", "street": "street_address",
    "address": "street_address", "zip": "postcode", "postcode": "postcode", "postal_code": "postcode",
    "company": "company", "url": "url", "website": "url", "slug": "slug", "title": "sentence", "subject": "sentence",
    "description": "paragraph", "body": "paragraph", "content": "paragraph", "notes": "paragraph", "note": "sentence",
    "currency": "currency_code", "locale": "locale", "ip": "ipv4", "color": "color_name", "name": "name",
}  # fmt: skip
"""What faker makes of a text column, by the end of the column's name."""

_CHECKS = """
SELECT k.conrelid::int8, pg_get_constraintdef(k.oid),
       array(SELECT a.attname::text FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
  FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.conrelid = ANY (%s)
"""


@dataclass(frozen=True, slots=True)
class Faked:
    """What became of a table.

    Args:
        table: its name.
        rows: that were added.
        missing: how many more there should be.
        refusal: what the server said last, where some are missing.
    """

    table: str
    rows: int
    missing: int = 0
    refusal: str = ""


def fake(url: str, count: int, options: Options, *, seed: int = 0) -> list[Faked]:
    """Fills every table up to a number of rows, but for reference data and tables that have as many. All or nothing.

    Args:
        count: rows in each table.
        seed: the same gives the same rows in an equal database.

    Raises:
        UsageError: faker is not installed, or the environment is one that matters.
        CheckError: a table takes no row at all.
    """
    if options.protected:
        raise UsageError(
            f"Rows are not made up in the environment {options.env}",
            why='Its configuration says destructive = "refuse".',
            do="Give --env of one for development.",
        )
    try:
        from faker import Faker
    except ImportError as error:
        raise UsageError(
            "Rows are made up by faker, which is not installed", do="python -m pip install 'telamon[seed]'"
        ) from error
    faker = Faker()
    faker.seed_instance(seed)
    with connect(url, role=options.role, wait=options.wait) as target, target.connection.transaction():
        target.connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        tables = tables_of(target.connection)
        named = _candidates(target.connection, tables)
        makers = (
            _Maker(target.connection, table, faker, random.Random(f"{seed} {table.sql}"), named.get(table.oid, {}))
            for table in in_order(tables)
            if table.name not in options.declared
        )
        return [maker.fill(count) for maker in makers]


def _candidates(connection: Connection, tables: Sequence[Table]) -> dict[int, dict[str, list[str]]]:
    """The constants that checks name, by table and column."""
    found: dict[int, dict[str, list[str]]] = {}
    for oid, definition, columns in connection.execute(_CHECKS, [[table.oid for table in tables]]):
        constants = _constants(str(definition))
        for column in columns if isinstance(columns, list) else ():
            found.setdefault(int(str(oid)), {}).setdefault(column, []).extend(constants)
    return found


def _constants(definition: str) -> list[str]:
    """The constants of a CHECK, as the server's grammar finds them; of a number its neighbours, too."""
    import postgast

    try:
        tree = postgast.parse(f"ALTER TABLE t ADD {definition}")
    except postgast.PgQueryError:
        return []  # only guesses are lost: the server judges each row all the same
    found: list[str] = []

    def walk(message: Any) -> None:
        if message.DESCRIPTOR.name == "A_Const":
            if message.HasField("sval"):
                found.append(message.sval.sval)
            elif message.HasField("ival"):
                found.extend(str(message.ival.ival + step) for step in (-1, 0, 1))
            elif message.HasField("fval"):
                found.append(message.fval.fval)
            return
        for _, value in message.ListFields():
            for each in value if hasattr(value, "append") else [value]:
                if hasattr(each, "ListFields"):
                    walk(each)

    walk(tree)
    return found


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes rows of one table."""

    connection: Connection
    table: Table
    faker: Faker
    random: random.Random
    candidates: dict[str, list[str]]

    def fill(self, count: int) -> Faked:
        """Adds rows until there are so many."""
        have = self.connection.execute(f"SELECT count(*) FROM {self.table.sql}".encode()).fetchone()
        wanted = left = max(count - int(str(have[0] if have else 0)), 0)
        refusals: list[str] = []
        columns = tuple(column for column in self.table.columns if self._chosen(column))
        for _ in range(ATTEMPTS if columns else 1):
            if not left:
                break
            parents = self._parents()
            rows = [self._row(columns, parents) for _ in range(left)]
            left -= self._insert(columns, rows, refusals)
        if wanted and left == wanted:
            raise CheckError(
                f"No row can be made up for {self.table.title}; nothing was changed",
                why=refusals[-1] if refusals else "All that were tried are there already.",
                do="Write some in seeds/: a table that has rows enough is left alone.",
            )
        return Faked(self.table.title, wanted - left, left, refusals[-1] if left and refusals else "")

    def _chosen(self, column: Column) -> bool:
        """Whether a value is made up: not where there is a default, unless only some values are right."""
        some = column.labels or column.name in self.candidates
        return not column.generated and bool(not column.filled or some)

    def _parents(self) -> dict[Reference, list[tuple[str, ...]]]:
        found = {}
        for reference in self.table.references:
            names = ", ".join(f"{ident(name)}::text" for name in reference.targets)
            query = f"SELECT {names} FROM {reference.table} ORDER BY {idents(reference.targets)} LIMIT {_PARENTS}"
            found[reference] = [tuple(map(str, row)) for row in self.connection.execute(query.encode())]
        return found

    def _row(self, columns: Sequence[Column], parents: dict[Reference, list[tuple[str, ...]]]) -> Values:
        chosen: dict[str, str | None] = {}
        for reference, rows in parents.items():
            if rows:
                chosen |= zip(reference.columns, self.random.choice(rows), strict=True)
            else:
                chosen |= dict.fromkeys(reference.columns)
        return tuple(chosen[column.name] if column.name in chosen else self._value(column) for column in columns)

    def _value(self, column: Column) -> str | None:
        if column.nullable and self.random.random() < _NULLS:
            return None
        named = self.candidates.get(column.name)
        if named and self.random.random() < 0.7:
            return self.random.choice(named)
        if column.labels:
            return self.random.choice(column.labels)
        made = self._made(column)
        return made[: column.length] if made is not None and column.length else made

    def _made(self, column: Column) -> str | None:
        if column.category == "S":
            return self._words(column)
        maker = _MAKERS.get(column.base) or _MAKERS.get(column.category)
        return maker(self.faker, self.random) if maker else None

    def _words(self, column: Column) -> str:
        method = next((made for end, made in NAMED.items() if column.name.lower().endswith(end)), "word")
        text = str(getattr(self.faker, method)())
        # Faker's words are few: a number keeps them apart where they must be.
        unique = any(column.name in key for key in self.table.keys)
        if unique:
            text = f"{self.random.randrange(10**6)}-{text}" if column.length == 0 or column.length > 12 else text
        return text

    def _insert(self, columns: Sequence[Column], rows: Sequence[Values], refusals: list[str]) -> int:
        """Inserts what the server takes; by halves where something is refused."""
        if not columns:
            statement = f"INSERT INTO {self.table.sql} DEFAULT VALUES"
            for _ in rows:
                self.connection.execute(statement.encode())
            return len(rows)
        arrays = [[row[place] for row in rows] for place in range(len(columns))]
        given = ", ".join(f"CAST(c{place} AS {column.type})" for place, column in enumerate(columns))
        unnested = ", ".join("%s::text[]" for _ in columns)
        places = ", ".join(f"c{place}" for place in range(len(columns)))
        statement = (
            f"INSERT INTO {self.table.sql} ({idents(column.name for column in columns)}) SELECT {given}"
            f" FROM unnest({unnested}) AS x ({places}) ON CONFLICT DO NOTHING"
        )
        try:
            with self.connection.transaction():
                return max(self.connection.execute(statement.encode(), arrays).rowcount, 0)
        except psycopg.Error as error:
            if len(rows) == 1:
                refusals.append(str(error).strip())
                return 0
        middle = len(rows) // 2
        return self._insert(columns, rows[:middle], refusals) + self._insert(columns, rows[middle:], refusals)


_Maker_ = Callable[["Faker", random.Random], str]
_MAKERS: dict[str, _Maker_] = {
    "bool": lambda faker, chance: chance.choice(("true", "false")),
    "int2": lambda faker, chance: str(chance.randrange(1, 1000)),
    "int4": lambda faker, chance: str(chance.randrange(1, 100_000)),
    "int8": lambda faker, chance: str(chance.randrange(1, 10_000_000)),
    "numeric": lambda faker, chance: f"{chance.uniform(0, 100):.2f}",
    "money": lambda faker, chance: f"{chance.uniform(0, 100):.2f}",
    "N": lambda faker, chance: f"{chance.uniform(0, 100):.3f}",
    "uuid": lambda faker, chance: str(faker.uuid4()),
    "date": lambda faker, chance: str(faker.date_this_decade()),
    "time": lambda faker, chance: str(faker.time()),
    "timetz": lambda faker, chance: f"{faker.time()}Z",
    "D": lambda faker, chance: f"{faker.date_time_this_decade().isoformat()}Z",
    "T": lambda faker, chance: f"{chance.randrange(1, 100_000)} seconds",
    "json": lambda faker, chance: f'{{"word": "{faker.word()}"}}',
    "jsonb": lambda faker, chance: f'{{"word": "{faker.word()}"}}',
    "bytea": lambda faker, chance: f"\\x{chance.getrandbits(64):016x}",
    "I": lambda faker, chance: str(faker.ipv4()),
    "macaddr": lambda faker, chance: str(faker.mac_address()),
    "A": lambda faker, chance: "{}",
    "R": lambda faker, chance: "empty",
    "xml": lambda faker, chance: f"<word>{faker.word()}</word>",
    "point": lambda faker, chance: f"({chance.randrange(100)},{chance.randrange(100)})",
    "tsvector": lambda faker, chance: str(faker.word()),
}
"""By the name of the base type, or by its category."""
