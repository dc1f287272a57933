"""What rules ask of a statement again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from telamon.lint.observed import Observed
from telamon.lint.rule import Context
from telamon.lint.state import Column, Constraint, Index, Relation
from telamon.quote import ident, idents

MANY = 4
"""Names that a message lists; of more it says how many."""
ALONE = "-- atlas:txmode none\n\n"
"""The head of a file whose statements run outside of a transaction."""


def quoted(name: str) -> str:
    """A name in a message."""
    return f'"{name}"'


def titled(names: Iterable[str]) -> str:
    """Names in a message."""
    listed = [quoted(name) for name in names] or [""]
    if len(listed) > MANY + 1:
        listed[MANY:] = [f"{len(listed) - MANY} more"]
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + f" and {listed[-1]}"


def column_names(seen: Observed, of: int, numbers: Iterable[int]) -> list[str]:
    """The names of a table's columns; those that are expressions are left out."""
    found = (seen.column(of, number) for number in numbers)
    return [column.name for column in found if column is not None]


def listed(seen: Observed, of: int, numbers: Iterable[int]) -> str:
    """Columns in SQL."""
    return idents(column_names(seen, of, numbers))


def alter(seen: Observed, of: int) -> str:
    """The head of a statement that alters a table."""
    return f"ALTER TABLE {seen.name(of)}"


def indexes_below(seen: Observed, index: Index) -> list[Index]:
    """The indexes of partitions that a statement made with one of a partitioned table, the outermost first."""
    parts = [each for each in seen.created(Index) if each.parent == index.oid]
    return [*parts, *(below for part in parts for below in indexes_below(seen, part))]


def filled(seen: Observed, index: Index) -> bool:
    """Whether rows went into a new index; those of a partitioned table are in the indexes of its partitions."""
    return seen.after.relations[index.of].kind != "p" or bool(indexes_below(seen, index))


def retyped(seen: Observed) -> set[int]:
    """Tables of which a column changes its type: the server makes indexes and constraints on it anew."""
    return {before.of for before, after in seen.altered(Column) if before.type != after.type}


def built(seen: Observed, ctx: Context) -> Iterator[Index]:
    """Indexes that are built by a statement of their own in a transaction, on tables that were there before."""
    behind = {constraint.index for constraint in seen.created(Constraint)}
    changed = retyped(seen)
    for index in seen.created(Index):
        new = index.of not in changed or not _had(seen, index)
        alone = index.oid not in behind and not index.inherited
        if seen.transactional and alone and new and ctx.live_table(index.of) and filled(seen, index):
            yield index


def _had(seen: Observed, index: Index) -> bool:
    relation = seen.before.relations.get(index.of)
    return relation is not None and any(each.name == index.name for each in relation.indexes.values())


def added(seen: Observed, ctx: Context, type: str) -> Iterator[Constraint]:
    """Constraints of a type that come to tables that were there before."""
    changed = retyped(seen)
    for constraint in seen.created(Constraint):
        own = not constraint.inherited and not seen.handed_down(constraint.of)
        if constraint.type == type and own and ctx.live_table(constraint.of):
            before = seen.before.relations[constraint.of].constraints.values()
            if constraint.of not in changed or all(each.name != constraint.name for each in before):
                yield constraint


def gone(seen: Observed, ctx: Context, type: str) -> Iterator[Constraint]:
    """Constraints of a type that go, while their table and columns stay; only those of before this release."""
    lost = {(column.of, column.oid) for column in seen.dropped(Column)}
    end = ctx.file[-1].after if ctx.file else seen.after
    for constraint in seen.dropped(Constraint):
        table = ctx.live_table(constraint.of)
        if constraint.type != type or constraint.inherited or table is None or constraint.oid not in table.constraints:
            continue
        after = seen.after.relations.get(constraint.of)
        if after is None or any((constraint.of, number) in lost for number in constraint.columns):
            continue
        if constraint.target and constraint.target not in seen.after.relations:
            continue
        # One that comes again by its name, here or further down, is replaced.
        final = end.relations.get(constraint.of, after)
        if all(each.name != constraint.name for each in final.constraints.values()):
            yield constraint


def fresh_index(seen: Observed, constraint: Constraint) -> bool:
    """Whether the index behind a constraint was built with it, and not adopted or left to be filled later."""
    before = seen.before.relations.get(constraint.of)
    adopted = before is not None and constraint.index in before.indexes
    return not adopted and filled(seen, seen.after.relations[constraint.of].indexes[constraint.index])


def new_columns(seen: Observed) -> Iterator[tuple[Relation, Column]]:
    """Columns that come to tables, with new tables or old ones; those of partitions are their parent's."""
    for column in seen.created(Column):
        relation = seen.after.relations[column.of]
        if relation.is_table and not relation.partition and relation.persistence != "t":
            yield relation, column


def new_tables(seen: Observed) -> Iterator[Relation]:
    """Tables that come, but for partitions and temporary ones."""
    for relation in seen.created(Relation):
        if relation.is_table and not relation.partition and relation.persistence != "t":
            yield relation


def renamed_columns(seen: Observed) -> Iterator[tuple[Relation, Column, Column]]:
    """(relation, before, after) of columns with another name; those of partitions go with their parent's."""
    for before, after in seen.altered(Column):
        relation = seen.after.relations[after.of]
        if before.name != after.name and relation.kind in ("r", "p", "v", "m", "f") and not seen.handed_down(after.of):
            yield relation, before, after


def last_state(seen: Observed, ctx: Context) -> Mapping[tuple[str, str], Relation]:
    """The relations at the end of the file, by (schema, name)."""
    return (ctx.file[-1].after if ctx.file else seen.after).by_name


def check_name(table: str, column: str) -> str:
    """A name for a check that proves NOT NULL, quoted."""
    return ident(f"{table}_{column}_not_null"[:63])
