"""The syntax of statements, for what cannot be observed: how something was written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=512)
def parsed(text: str) -> Any:
    """The node of a statement; None where the grammar of PostgreSQL 18 does not take it, or it is several."""
    import postgast

    try:
        tree = postgast.parse(text)
    except postgast.PgQueryError:
        return None
    return tree.stmts[0].stmt if len(tree.stmts) == 1 else None


def names(node: Any) -> list[str]:
    """The commands of an ALTER TABLE, by the grammar's names: `AT_AddColumn`."""
    import postgast

    if node is None or node.WhichOneof("node") != "alter_table_stmt":
        return []
    kinds = postgast.pg_query_pb2.AlterTableType
    return [str(kinds.Name(each.alter_table_cmd.subtype)) for each in node.alter_table_stmt.cmds]


def nodes(message: Any, name: str) -> Iterator[Any]:
    """Every message of a type below a message, itself included: `FuncCall`."""
    return (each for each in below(message) if each.DESCRIPTOR.name == name)


def cascades(message: Any) -> bool:
    """Whether CASCADE stands somewhere in a statement."""
    import postgast

    word = postgast.pg_query_pb2.DROP_CASCADE
    return message is not None and any(getattr(each, "behavior", None) == word for each in below(message))


def below(message: Any) -> Iterator[Any]:
    """A message and all messages in it."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in (value,) if hasattr(value, "ListFields") else value:
                yield from below(each)


def concurrent(node: Any) -> str:
    """CREATE INDEX or DROP INDEX with CONCURRENTLY; "" for any other statement, and where that is not possible."""
    import postgast

    name = "" if node is None else str(node.WhichOneof("node"))
    if name not in ("index_stmt", "drop_stmt"):
        return ""
    if name == "drop_stmt" and (len(node.drop_stmt.objects) > 1 or cascades(node)):
        return ""
    tree = postgast.pg_query_pb2.ParseResult()
    tree.stmts.add().stmt.CopyFrom(node)
    getattr(tree.stmts[0].stmt, name).concurrent = True
    return str(postgast.deparse(tree))
