"""Which wholes (tables, views, types, routines, ...) a statement makes or alters, and which names it mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import postgast

SILENT = frozenset(
    (
        ("ColumnDef", "colname"), ("Constraint", "conname"), ("Constraint", "keys"), ("Constraint", "fk_attrs"),
        ("Constraint", "pk_attrs"), ("Constraint", "fk_matchtype"), ("Constraint", "fk_upd_action"),
        ("Constraint", "fk_del_action"), ("Constraint", "generated_when"), ("ColumnDef", "identity"),
        ("ColumnRef", "fields"), ("IndexElem", "name"), ("ResTarget", "name"),
        ("CreateTrigStmt", "trigname"), ("CreateTrigStmt", "columns"), ("CreatePolicyStmt", "policy_name"),
        ("Alias", "aliasname"), ("Alias", "colnames"), ("AccessPriv", "cols"), ("RoleSpec", "rolename"),
        ("CommentStmt", "comment"), ("CreatePolicyStmt", "cmd_name"), ("DefElem", "defname"),
        # Of these it is known what they are about.
        ("CommentStmt", "object"), ("GrantStmt", "objects"), ("AlterOwnerStmt", "object"),
    )
)  # fmt: skip
"""Fields that name a column, a constraint, a role or a schema, or nothing, and so no whole: (node, field)."""


QUALIFIED = frozenset(
    (
        ("TypeName", "names"), ("FuncCall", "funcname"), ("CreateFunctionStmt", "funcname"),
        ("ObjectWithArgs", "objname"), ("CreateTrigStmt", "funcname"), ("CreateEnumStmt", "type_name"),
        ("AlterEnumStmt", "type_name"), ("CollateClause", "collname"), ("CreateDomainStmt", "domainname"),
        ("CreateStatsStmt", "defnames"),
    )
)  # fmt: skip
"""Lists of which only the last part is the name: the others say where it stands."""


Name = tuple[str, str]
"""(schema, name) of a whole, in small letters; the schema is "" where a statement leaves it to the search path."""


class Names:
    """A set of names, in which one without schema is like each of that name."""

    def __init__(self) -> None:
        self._schemas: dict[str, set[str]] = {}

    def add(self, name: Name) -> bool:
        """Takes a name in; returns whether that says something new: it does not where one without schema is there."""
        schemas = self._schemas.setdefault(name[1], set())
        new = schemas.isdisjoint((name[0], ""))
        schemas.add(name[0])
        return new

    def __contains__(self, name: Name) -> bool:
        schemas = self._schemas.get(name[1])
        return schemas is not None and (not name[0] or "" in schemas or name[0] in schemas)

    def __iter__(self) -> Iterator[Name]:
        return ((schema, name) for name, schemas in self._schemas.items() for schema in schemas)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the grammar says of one statement.

    Args:
        targets: the wholes that it makes or alters; none where it concerns a schema, an extension or a role, and
            nothing that stands in a schema.
        words: all names, and all words of its strings, that may mean a whole.
        linked: what only its foreign keys refer to.
    """

    targets: frozenset[Name]
    words: frozenset[Name]
    linked: frozenset[Name]


NOTHING = Reading(frozenset(), frozenset(), frozenset())


@lru_cache(maxsize=4096)
def read(text: str) -> Reading | None:
    """What a statement makes and mentions; None where that is not known for certain."""
    try:
        parsed = postgast.parse(text)
    except postgast.PgQueryError:
        return None
    if len(parsed.stmts) != 1:
        return None
    node = parsed.stmts[0].stmt
    name = str(node.WhichOneof("node"))
    find = TARGETS.get(name)
    targets = None if find is None else find(getattr(node, name))
    if targets is None or not all(target[1] for target in targets):
        return None
    if not targets:
        return NOTHING
    found = frozenset(targets)
    words: set[Name] = set()
    linked: set[Name] = set()
    _gather(getattr(node, name), words, linked)
    return Reading(found, frozenset(words | found), frozenset(linked - words - found))


def _gather(node: Any, words: set[Name], linked: set[Name]) -> None:
    kind = node.DESCRIPTOR.name
    if kind == "RangeVar":
        words.add(_named(node))
        return
    for field, value in node.ListFields():
        place = (kind, field.name)
        if place in SILENT or (place == ("DefElem", "arg") and node.defname in ("as", "owned_by")):
            continue  # (the text of a routine's body is not looked at when the routine is made)
        if place in QUALIFIED:
            words.add(_last(value[:-1] if kind == "TypeName" and node.pct_type else value))
            continue
        into = linked if place == ("Constraint", "pktable") else words
        for each in value if field.is_repeated else (value,):
            if field.message_type is not None:
                _gather(each, into, linked)
            elif isinstance(each, str):
                into.add(("", each.lower()))
                into |= {("", word) for word in words_of(each)}


def words_of(text: str) -> set[str]:
    """The words of a text, in small letters: letters, digits, _ and $, as in names without quotes."""
    return set("".join(c if c.isalnum() or c in "_$" else " " for c in text.lower()).split())


def _last(nodes: Any) -> Name:
    """The name in a list of its parts."""
    parts = [str(each.string.sval).lower() for each in nodes][-2:]
    return (parts[0] if len(parts) > 1 else "", parts[-1] if parts else "")


def _named(relation: Any) -> Name:
    return str(relation.schemaname).lower(), str(relation.relname).lower()


def _relation(node: Any) -> list[Name]:
    return [_named(node.relation)]


def _create(node: Any) -> list[Name]:
    copied = [each.table_like_clause.relation for each in node.table_elts if each.HasField("table_like_clause")]
    above = [each.range_var for each in node.inh_relations]
    typed = [_last(node.of_typename.names)] if node.HasField("of_typename") else []
    return [*map(_named, (node.relation, *above, *copied)), *typed]


def _alter_table(node: Any) -> list[Name] | None:
    names = _relation(node)
    for command in (each.alter_table_cmd for each in node.cmds):
        definition = getattr(command, "def")
        if definition.HasField("partition_cmd"):
            names.append(_named(definition.partition_cmd.name))
        elif definition.HasField("range_var"):
            names.append(_named(definition.range_var))
        if command.behavior == postgast.pg_query_pb2.DROP_CASCADE:
            return None  # what goes with it is not named
    return names


def _index(node: Any) -> list[Name]:
    table = _named(node.relation)
    return [table, *([(table[0], str(node.idxname).lower())] if node.idxname else [])]


def _sequence(node: Any) -> list[Name]:
    owned = [each.def_elem for each in node.options if each.def_elem.defname == "owned_by"]
    columns = [each.arg.list.items for each in owned]
    return [_named(node.sequence), *(_last(names[:-1]) for names in columns if len(names) > 1)]


def _object(kind: str, node: Any) -> list[Name] | None:
    """The whole in the `object` of COMMENT, ALTER ... OWNER TO and GRANT."""
    if node.HasField("list"):
        items = node.list.items
        if kind == "OBJECT_DOMCONSTRAINT":
            return [_last(items[0].type_name.names)]
        return [_last(items[:-1] if kind in PARTS else items)]
    if node.HasField("object_with_args"):
        return [_last(node.object_with_args.objname)]
    if node.HasField("type_name"):
        return [_last(node.type_name.names)]
    return None


PARTS = ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE")
WHOLES = (
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_INDEX", "OBJECT_FUNCTION",
    "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_DOMCONSTRAINT",
)  # fmt: skip


APART = ("OBJECT_SCHEMA", "OBJECT_EXTENSION", "OBJECT_ROLE", "OBJECT_DATABASE", "OBJECT_LANGUAGE")


def _kind(number: int) -> str:
    return str(postgast.pg_query_pb2.ObjectType.Name(number))


def _described(node: Any) -> list[Name] | None:
    kind = _kind(node.objtype)
    if kind in APART:
        return []
    return _object(kind, node.object) if kind in (*PARTS, *WHOLES) else None


def _owned(node: Any) -> list[Name] | None:
    kind = _kind(node.object_type)
    if kind in APART:
        return []
    if kind not in WHOLES:
        return None
    return _relation(node) if node.HasField("relation") else _object(kind, node.object)


def _grant(node: Any) -> list[Name] | None:
    kind, enums = _kind(node.objtype), postgast.pg_query_pb2
    if node.targtype == enums.ACL_TARGET_OBJECT and kind in APART:
        return []
    if node.targtype != enums.ACL_TARGET_OBJECT or kind not in WHOLES:
        return None
    names: list[Name] = []
    for each in node.objects:
        if each.HasField("range_var"):
            names.append(_named(each.range_var))
        else:
            found = _object(kind, each)
            if not found:
                return None
            names += found
    return names


def _materialized(node: Any) -> list[Name] | None:
    made = node.objtype == postgast.pg_query_pb2.OBJECT_MATVIEW
    return [_named(node.into.rel)] if made else None


TARGETS: dict[str, Callable[[Any], list[Name] | None]] = {
    "create_schema_stmt": lambda node: None if node.schema_elts else [],
    "create_extension_stmt": lambda node: [],
    "create_role_stmt": lambda node: [],
    "alter_role_stmt": lambda node: [],
    "grant_role_stmt": lambda node: [],
    "create_stmt": _create,
    "index_stmt": _index,
    "view_stmt": lambda node: [_named(node.view)],
    "create_table_as_stmt": _materialized,
    "create_function_stmt": lambda node: [_last(node.funcname)],
    "create_trig_stmt": _relation,
    "create_policy_stmt": lambda node: [_named(node.table)],
    "rule_stmt": _relation,
    "create_enum_stmt": lambda node: [_last(node.type_name)],
    "alter_enum_stmt": lambda node: [_last(node.type_name)],
    "composite_type_stmt": lambda node: [_named(node.typevar)],
    "create_domain_stmt": lambda node: [_last(node.domainname)],
    "create_seq_stmt": _sequence,
    "alter_seq_stmt": _sequence,
    "alter_table_stmt": _alter_table,
    "comment_stmt": _described,
    "alter_owner_stmt": _owned,
    "grant_stmt": _grant,
    "create_stats_stmt": lambda node: [_last(node.defnames), *(_named(each.range_var) for each in node.relations)],
}
"""For the statements of which it is known, by the grammar's names: how to find what they make or alter; None where
it cannot be told, nothing where that stands in no schema."""


def names_all(text: str) -> bool:
    """Whether a GRANT or REVOKE concerns whatever a schema holds, or what is yet to come."""
    try:
        node = postgast.parse(text).stmts[0].stmt.grant_stmt
    except postgast.PgQueryError:
        return True
    return bool(node.targtype != postgast.pg_query_pb2.ACL_TARGET_OBJECT)


def hits(text: str, name: str) -> Iterator[int]:
    """Where a name stands as a whole word in a text; both in small letters."""
    at = text.find(name)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (_in_name(before) or _in_name(after)):
            yield at
        at = text.find(name, at + 1)


def _in_name(character: str) -> bool:
    return character.isalnum() or character in ("_", "$") if character else False
