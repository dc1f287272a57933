"""An independent judge of a migration: did a plan make the desired schema, and did the data survive it?

The schema is judged by `pg_dump --schema-only`, which shares no line with Telamon: what our own catalog reader does not
see, the dump shows. Data is judged by looking: rows, positions of sequences, and the files in which the tables lie.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

# The head that pg_dump writes above each entry (dumputils and _printTocEntry in pg_backup_archiver.c).
_HEAD = re.compile(
    r"^--\n-- Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: (?P<schema>.*); Owner: (?P<owner>.*)\n--\n",
    re.MULTILINE,
)
_STATE = re.compile(r"^SET (default_tablespace|default_table_access_method) = (.*);\n", re.MULTILINE)
_NOISE = re.compile(r"^(\\(?:un)?restrict .*|--\n-- PostgreSQL database dump complete\n--)$", re.MULTILINE)
# The name that PostgreSQL 18 makes up for a NOT NULL stays when its table or column is renamed, and means nothing.
_MADE_UP = re.compile(r' CONSTRAINT (?:\w+_not_null\d*|"[^"]+_not_null\d*") NOT NULL')
_OPTIONS = re.compile(r"\bWITH \(([^()]*)\)")
_RETURN = " _RETURN"  # a view in a ring of views is dumped as a stub and this rule
_SORTED_TYPES = frozenset({"ACL", "DEFAULT ACL"})
_PLACED_TYPES = {"TABLE": 2, "MATERIALIZED VIEW": 2, "INDEX": 1, "CONSTRAINT": 1}  # how many of _STATE matter

Key = tuple[str, str, str]
Dump = Mapping[Key, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found.

    Args:
        differences: entries of the dumps that are not equal, one text each.
        lost: rows, values or positions of sequences that are gone although their table and column are not.
        rewritten: tables that were written anew without a comment of the plan that says `rewrite`.
        notes: what is worth knowing and no fault: a different order of columns.
    """

    differences: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """All faults; empty means that the plan was right."""
        return (*self.differences, *self.lost, *(f"rewritten unannounced: {table}" for table in self.rewritten))


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the server knows it."""

    name: str
    number: int
    type: str
    generated: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its rows, as texts in the order of its columns."""

    oid: int
    name: tuple[str, str]
    kind: str
    partition: bool
    file: int
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """The data of a database at one moment. `sequences`: oid -> name, last number used (None: none yet), increment."""

    tables: tuple[Table, ...] = ()
    sequences: Mapping[int, tuple[tuple[str, str], int | None, int]] = field(default_factory=dict)


def judge(got: str, wanted: str, before: Observation, after: Observation, plan: str) -> Verdict:
    """Judges a plan that was executed.

    Args:
        got: the schema dump of the database on which the plan ran.
        wanted: the schema dump of a database made from the desired schema.
        before: the data before the plan.
        after: the data after it.
        plan: the SQL of the plan with its comments.
    """
    differences, notes = compare(entries(got), entries(wanted))
    pairs = list(_pairs(before.tables, after.tables))
    lost = [loss for old, new in _holders(pairs) for loss in _losses(old, new)]
    announced = any(line.startswith("--") and "rewrit" in line.casefold() for line in plan.splitlines())
    rewritten = [] if announced else [".".join(old.name) for old, new in pairs if _is_rewritten(old, new)]
    return Verdict(tuple(differences), (*lost, *_setbacks(before, after)), tuple(rewritten), tuple(notes))


def entries(dump: str) -> Dump:
    """Splits a dump into its entries: type, schema and name -> the texts with their owners, in a settled order."""
    clean = _NOISE.sub("", dump)
    heads = list(_HEAD.finditer(clean))
    found: dict[Key, list[str]] = {}
    state = {"default_tablespace": "''", "default_table_access_method": "heap"}
    previous = clean[: heads[0].start()] if heads else ""
    for head, following in zip(heads, [*heads[1:], None], strict=False):
        state |= {match[1]: match[2] for match in _STATE.finditer(previous)}
        previous = clean[head.end() : following.start() if following else len(clean)]
        body = _MADE_UP.sub(" NOT NULL", _OPTIONS.sub(_sorted_options, _STATE.sub("", previous).strip()))
        if head["type"] in _SORTED_TYPES:
            body = _in_one_order(body)
        places = list(state.values())[: _PLACED_TYPES.get(head["type"], 0)]
        text = "\n".join([f"-- owner {head['owner']}", *(f"-- in {place}" for place in places), body])
        found.setdefault((head["type"], head["schema"], head["name"]), []).append(text)
    return {key: tuple(sorted(texts)) for key, texts in _whole_views(found).items()}


def _sorted_options(found: re.Match[str]) -> str:
    """Storage parameters in a settled order: theirs means nothing."""
    return f"WITH ({', '.join(sorted(found[1].split(', ')))})"


def _in_one_order(body: str) -> str:
    """Grants in a settled order, each with the role that gives it: the order of an ACL's items means nothing."""
    grantor, lines = "", []
    for line in body.splitlines():
        if line.startswith(("SET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION")):
            grantor = "" if line.startswith("RESET") else line
        elif line:
            lines.append(f"{grantor} {line}".strip())
    return "\n".join(sorted(lines))


def _whole_views(found: Mapping[Key, list[str]]) -> dict[Key, list[str]]:
    """Puts the bodies of views in a ring in the place of their stubs: which of them is dumped as a stub is chance."""
    whole = dict(found)
    for kind, schema, name in found:
        if kind == "RULE" and name.endswith(_RETURN):
            [rule] = whole.pop((kind, schema, name))
            view = ("VIEW", schema, name.removesuffix(_RETURN))
            [stub] = whole[view]
            create = rule.partition("\n")[2].replace("CREATE OR REPLACE VIEW", "CREATE VIEW", 1)
            head, _, rest = stub.partition("\n")
            whole[view] = [f"{head}\n{create}{rest.partition(';')[2]}"]
    return whole


def compare(got: Dump, wanted: Dump) -> tuple[list[str], list[str]]:
    """Compares two dumps entry by entry; returns differences and notes. Another order of columns is a note."""
    differences, notes = [], []
    for key in sorted(got.keys() | wanted.keys()):
        mine, theirs = got.get(key, ()), wanted.get(key, ())
        label = " ".join(part for part in key if part != "-")
        if mine == theirs:
            continue
        if key[0] in {"TABLE", "FOREIGN TABLE"} and sorted(map(_lines, mine)) == sorted(map(_lines, theirs)):
            notes.append(f"column order: {label}")
        elif not theirs:
            differences.append(f"surplus: {label}\n" + "\n".join(mine))
        elif not mine:
            differences.append(f"missing: {label}\n" + "\n".join(theirs))
        else:
            differences.append(f"differs: {label}\ngot:\n" + "\n".join(mine) + "\nwanted:\n" + "\n".join(theirs))
    return differences, notes


def _lines(text: str) -> list[str]:
    return sorted(line.strip().rstrip(",") for line in text.splitlines())


_TABLES = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relispartition, c.relfilenode,
       array_agg(a.attname::text ORDER BY a.attnum), array_agg(a.attnum ORDER BY a.attnum),
       array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum),
       array_agg(a.attgenerated <> '' ORDER BY a.attnum)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) p JOIN pg_class f ON f.oid = p.relid WHERE f.relkind = 'f')
GROUP BY c.oid, n.nspname ORDER BY c.oid"""

_SEQUENCES = """
SELECT c.oid, n.nspname, c.relname, s.seqstart, s.seqincrement
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace"""


def observe(connection: psycopg.Connection[tuple[Any, ...]]) -> Observation:
    """Reads the data of a small database: all rows, but of tables with foreign partitions, and all sequences."""
    connection.execute("SET search_path = ''")
    tables = []
    for oid, schema, name, kind, partition, file, names, numbers, types, generated in connection.execute(
        _TABLES
    ).fetchall():
        columns = tuple(map(Column, names, numbers, types, generated))
        values = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in columns)
        only = sql.SQL("" if kind == "p" else "ONLY ")
        query = sql.SQL("SELECT {} FROM {}{}").format(values, only, sql.Identifier(schema, name))
        rows = tuple(connection.execute(query).fetchall())
        tables.append(Table(oid, (schema, name), kind, partition, file, columns, rows))
    sequences = {}
    for oid, schema, name, start, increment in connection.execute(_SEQUENCES).fetchall():
        query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
        [(last, called)] = connection.execute(query).fetchall()
        untouched = not called and last == start
        sequences[oid] = ((schema, name), None if untouched else last if called else last - increment, increment)
    return Observation(tuple(tables), sequences)


def _pairs(before: Iterable[Table], after: Iterable[Table]) -> Iterator[tuple[Table, Table]]:
    """Tables that are there before and after: the same object, or, where it was replaced, one of the same name."""
    new = list(after)
    by_oid = {table.oid: table for table in new}
    by_name = {table.name: table for table in new}
    for table in before:
        if match := by_oid.get(table.oid) or by_name.get(table.name):
            yield table, match


def _column_pairs(old: Table, new: Table) -> Iterator[tuple[int, int]]:
    """Positions of the columns that are there before and after, told by number in one object, else by name."""
    by_number = {column.number: place for place, column in enumerate(new.columns)} if old.oid == new.oid else {}
    by_name = {column.name: place for place, column in enumerate(new.columns)}
    for place, column in enumerate(old.columns):
        match = by_number.get(column.number, by_name.get(column.name))
        if match is not None and not new.columns[match].generated:
            yield place, match


def _holders(pairs: list[tuple[Table, Table]]) -> list[tuple[Table, Table]]:
    """The pairs in which to look for rows, so that none is looked for twice.

    Rows may move between the partitions of a table, so they are looked for in the whole table; but where partitions
    were attached or detached, the whole gained or gave away rows, and the parts are looked at instead.
    """
    if any(old.partition is not new.partition for old, new in pairs):
        return [(old, new) for old, new in pairs if old.kind == new.kind == "r"]
    return [(old, new) for old, new in pairs if not old.partition]


def _losses(old: Table, new: Table) -> Iterator[str]:
    """What is gone from a table."""
    label = ".".join(old.name)
    if len(old.rows) != len(new.rows):
        yield f"rows of {label}: {len(old.rows)} before, {len(new.rows)} after"
        return
    pairs = list(_column_pairs(old, new))
    same = [(a, b) for a, b in pairs if old.columns[a].type == new.columns[b].type]
    if Counter(tuple(row[a] for a, _ in same) for row in old.rows) != Counter(
        tuple(row[b] for _, b in same) for row in new.rows
    ):
        yield f"values of {label} changed"
    for a, b in pairs:
        if (a, b) not in same and sum(row[b] is None for row in new.rows) > sum(row[a] is None for row in old.rows):
            yield f"values of {label}.{old.columns[a].name} became null"


def _is_rewritten(old: Table, new: Table) -> bool:
    return old.kind == "r" and old.file != new.file


def _setbacks(before: Observation, after: Observation) -> Iterator[str]:
    """Sequences whose counter went back: the next insert would meet a number that is taken."""
    by_name = {name: oid for oid, (name, *_) in after.sequences.items()}
    for oid, (name, used, increment) in before.sequences.items():
        match = after.sequences.get(oid) or after.sequences.get(by_name.get(name, 0))
        if match is None or used is None or (increment > 0) != (match[2] > 0):
            continue
        if match[1] is None or (match[1] < used if increment > 0 else match[1] > used):
            yield f"sequence {'.'.join(name)} went back from {used} to {match[1] or 'its start'}"
