"""Which statements leave nothing behind but a schema."""

from __future__ import annotations

from typing import Any

import postgast

from telamon.statements import Statement

# The nodes of PostgreSQL's grammar whose whole effect a catalog shows. What is not listed counts as more than that:
# statements that touch rows, that a catalog does not hold (roles, settings of the database), or that nobody thought of.
_SCHEMA = frozenset(
    f"{name}_stmt"
    for name in (
        "create", "create_schema", "create_extension", "create_enum", "alter_enum", "create_domain", "alter_domain",
        "composite_type", "create_range", "create_seq", "alter_seq", "alter_table", "view", "create_function",
        "alter_function", "create_policy", "alter_policy", "comment", "grant", "alter_owner", "drop", "variable_set",
        "create_stats", "create_trig", "rule", "index", "create_table_as",
    )
)  # fmt: skip


def command_of(statement: Statement) -> str:
    """What a statement is, by the grammar's name for it: `insert_stmt`; "" where the grammar does not take it."""
    node = _node(statement)
    return "" if node is None else str(node.WhichOneof("node"))


def roles_of(statement: Statement) -> list[str]:
    """The roles that a statement makes, changes, or makes members."""
    node = _node(statement)
    name = "" if node is None else str(node.WhichOneof("node"))
    if name == "create_role_stmt":
        return [node.create_role_stmt.role]
    if name == "alter_role_stmt":
        return [node.alter_role_stmt.role.rolename]
    members = node.grant_role_stmt.grantee_roles if name == "grant_role_stmt" else ()
    return [member.role_spec.rolename for member in members]


def more_than_schema(statement: Statement) -> str:
    """What a statement does that could not be learned from the schema before and after it; "" if nothing.

    Rows that are written, names and values that are carried over, and ways of locking that were chosen with care.
    """
    node = _node(statement)
    if node is None:
        return "is not understood"
    name = str(node.WhichOneof("node"))
    if name not in _SCHEMA:
        if _set_by_call(node):
            return ""
        return {
            "insert_stmt": "writes rows", "update_stmt": "writes rows", "delete_stmt": "writes rows",
            "merge_stmt": "writes rows", "copy_stmt": "writes rows", "truncate_stmt": "writes rows",
            "do_stmt": "runs a program", "call_stmt": "runs a program", "select_stmt": "runs a query",
            "rename_stmt": "renames", "transaction_stmt": "controls transactions",
        }.get(name, "does more than change the schema")  # fmt: skip
    return _detail(name, getattr(node, name))


def _detail(name: str, node: Any) -> str:
    if name == "create_table_as_stmt" and node.objtype != postgast.pg_query_pb2.OBJECT_MATVIEW:
        return "writes rows"
    if name == "create_seq_stmt" or name == "alter_seq_stmt":
        restarts = any(option.def_elem.defname == "restart" for option in node.options)
        return "restarts a sequence" if restarts else ""
    if name == "alter_enum_stmt":
        return "renames a value" if node.old_val else ""
    if name in ("index_stmt", "drop_stmt"):
        return "works concurrently" if node.concurrent else ""
    if name != "alter_table_stmt":
        return ""
    for command in (each.alter_table_cmd for each in node.cmds):
        kind = postgast.pg_query_pb2.AlterTableType.Name(command.subtype)
        if kind == "AT_AlterColumnType" and getattr(command, "def").column_def.HasField("raw_default"):
            return "converts values"
        if kind in ("AT_ValidateConstraint", "AT_DetachPartition", "AT_DetachPartitionFinalize"):
            return "works in steps"
    return ""


def settings_of(statements: list[Statement]) -> list[str]:
    """The settings that statements leave changed at their end, in the session or its transaction, in order."""
    found: dict[str, None] = {}
    for statement in statements:
        node = _node(statement)
        names = [] if node is None else _set_by_call(node)
        if node is not None and node.WhichOneof("node") == "variable_set_stmt":
            names = [node.variable_set_stmt.name]
        for name in names:
            if name and name not in ("TRANSACTION", "SESSION CHARACTERISTICS"):
                found[name] = None
    return list(found)


def _set_by_call(node: Any) -> list[str]:
    """The settings of a SELECT that does nothing but call set_config, as pg_dump writes it."""
    names = []
    for target in node.select_stmt.target_list:
        call = target.res_target.val.func_call
        words = [argument.a_const for argument in call.args]
        if len(words) != 3 or call.funcname[-1].string.sval != "set_config":
            return []
        names.append(str(words[0].sval.sval))
    return names


def relation_of(statement: Statement) -> str:
    """The table that a statement is about, without its schema; "" where it is about none."""
    node = _node(statement)
    if node is None:
        return ""
    name = str(node.WhichOneof("node"))
    if name in ("create_stmt", "insert_stmt", "update_stmt", "delete_stmt", "alter_table_stmt"):
        return str(getattr(node, name).relation.relname)
    return ""


def renamed(statement: Statement) -> tuple[str, str, str, str, str] | None:
    """(kind, schema, table, old name, new name) of a table, column or attribute that a statement renames, else None.

    The schema is "" where it is not written, the table where it is the table that is renamed.
    """
    node = _node(statement)
    if node is None or node.WhichOneof("node") != "rename_stmt":
        return None
    found, kinds = node.rename_stmt, postgast.pg_query_pb2
    schema, relation, new = str(found.relation.schemaname), str(found.relation.relname), str(found.newname)
    parts = {kinds.OBJECT_COLUMN: "column", kinds.OBJECT_ATTRIBUTE: "attribute"}
    if part := parts.get(found.rename_type):
        return part, schema, relation, str(found.subname), new
    return ("table", schema, "", relation, new) if found.rename_type == kinds.OBJECT_TABLE else None


def _node(statement: Statement) -> Any:
    try:
        parsed = postgast.parse(statement.text)
    except postgast.PgQueryError:
        return None
    return parsed.stmts[0].stmt if len(parsed.stmts) == 1 else None
