"""PG301: a change of type rewrites the table."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns with another type whose table, or an index over them, was written anew."""
    for before, after in seen.altered(Column):
        table = ctx.live_table(after.of)
        same = before.type == after.type or not ctx.live_column(after.of, after.oid)
        if table is None or same or seen.handed_down(after.of):
            continue
        told = f'column "{after.name}" of table "{table.title}" from {before.type} to {after.type}'
        if seen.rewrote(after.of):
            yield Hit(f"Changing the type of {told} rewrites the table and its indexes", _steps(table.sql, after))
        elif _rebuilt(seen, after):
            yield Hit(f"Changing the type of {told} rebuilds indexes", _steps(table.sql, after))
        elif seen.read(after.of):
            yield Hit(f"Changing the type of {told} reads the whole table under lock", _steps(table.sql, after))


def _rebuilt(seen: Observed, column: Column) -> bool:
    """Whether an index over the column, or over expressions, lies in another file than before."""
    old = {each.name: each.file for each in seen.before.relations[column.of].indexes.values()}
    after = (each for each in seen.after.relations[column.of].indexes.values() if {column.oid, 0} & {*each.columns})
    return any(old.get(each.name, each.file) != each.file for each in after)


def _steps(table: str, column: Column) -> str:
    new = ident(f"{column.name}_new"[:63])
    return (
        f"ALTER TABLE {table} ADD COLUMN {new} {column.type};\n"
        "-- write both columns by a trigger, fill the new one in batches, and in a later release:\n"
        f"ALTER TABLE {table} RENAME COLUMN {ident(column.name)} TO {ident(f'{column.name}_old'[:63])};\n"
        f"ALTER TABLE {table} RENAME COLUMN {new} TO {ident(column.name)};"
    )


RULE = Rule(
    code="PG301",
    name="change-type",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A column gets a type that its rows are not stored in.",
    why=("All rows and indexes are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile"),
    instead="Add a column of the new type, keep both in step by a trigger, fill it in batches, and swap them.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a varchar(10));", "ALTER TABLE t ALTER COLUMN id TYPE bigint;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(10));", "ALTER TABLE t ALTER COLUMN a TYPE varchar(20);"
    ),
    judge=judge,
    peers=("L17", "L18"),
)
