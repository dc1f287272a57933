"""TL210: nobody knows how many rows a statement writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telamon.lint.look import column_names
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation
from telamon.lint.syntax import nodes


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """UPDATE and DELETE whose condition does not name rows by a key of the table."""
    if seen.command not in ("update_stmt", "delete_stmt"):
        return
    node = getattr(seen.node, seen.command)
    if not node.HasField("where_clause"):
        return  # that is all rows, and told as such
    name, schema = node.relation.relname, node.relation.schemaname
    for table in (each for each in map(ctx.live_table, _locked(seen)) if each is not None):
        if table.name == name and table.schema == (schema or table.schema) and not _by_key(seen, table, node):
            verb = "updates" if seen.command == "update_stmt" else "deletes"
            yield Hit(f'How many rows of table "{table.title}" this {verb} is not known: its condition names no key')


def _locked(seen: Observed) -> list[int]:
    return list(dict.fromkeys(lock.of for lock in (*seen.locks, *seen.held)))


def _by_key(seen: Observed, table: Relation, node: Any) -> bool:
    """Whether some unique index has a value, or a list of them, for each of its columns."""
    import postgast

    if any(each.boolop == postgast.pg_query_pb2.OR_EXPR for each in nodes(node.where_clause, "BoolExpr")):
        return False
    fixed = set()
    for each in nodes(node.where_clause, "A_Expr"):
        told = [field.string.sval for ref in nodes(each.lexpr, "ColumnRef") for field in ref.fields[-1:]]
        other = any(any(nodes(each.rexpr, name)) for name in ("SubLink", "ColumnRef"))
        if [part.string.sval for part in each.name] == ["="] and not other:
            fixed.update(told)
    keys = (set(column_names(seen, index.of, index.columns[: index.keys])) for index in _unique(table))
    return any(key and key <= fixed for key in keys)


def _unique(table: Relation) -> Iterator[Any]:
    return (index for index in table.indexes.values() if index.unique and not index.partial and all(index.columns))


RULE = Rule(
    code="TL210",
    name="unbounded-write",
    analyzer="data_write",
    severity="warning",
    meaning="An UPDATE or DELETE whose condition does not name rows by a key, so that it may write any number of them.",
    why="On a database with other rows it takes longer, locks more and changes more than where it was tried",
    instead="Name the rows by their key, or write them in batches outside of the migration.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "DELETE FROM t WHERE a <> 'kept';"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "DELETE FROM t WHERE id IN (1, 2);"),
    judge=judge,
    on=False,
    peers=("C10",),
)
