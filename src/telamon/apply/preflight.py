"""What a statement does to the transaction around it, known before anything runs: a file fails before it begins.

The server's grammar (postgast) decides; it is loaded only when a word in the statement gives a reason to.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from telamon.errors import CheckError

if TYPE_CHECKING:
    from telamon.directory import MigrationFile
    from telamon.statements import Statement

TxMode = Literal["file", "all", "none"]

# First words of statements that control or refuse a transaction, with what must be in them to be looked at.
# Lexing, not parsing: it only saves the grammar's import for the many statements that cannot be meant.
_CLOSE = {word: re.compile(also, re.IGNORECASE) for words, also in (
    ("abort begin call cluster commit discard end prepare reindex rollback start vacuum", ""),
    ("alter", r"\b(concurrently|database|subscription|system)\b"),
    ("create drop", r"\b(concurrently|database|subscription|tablespace)\b"),
    ("do", r"\b(commit|rollback)\b"),
) for word in words.split()}  # fmt: skip
_OUTPUT = {"copy": re.compile(r"\bstdout\b", re.IGNORECASE)}
_SESSION = {"set": re.compile(""), "reset": re.compile(""), "select": re.compile("set_config", re.IGNORECASE)}


class Effect(enum.Enum):
    """What a statement means for the transaction it stands in."""

    PLAIN = "runs in a transaction"
    BEGINS = "begins a transaction"
    COMMITS = "commits the transaction"
    ROLLS_BACK = "rolls the transaction back"
    OUTSIDE = "cannot run in a transaction"
    CONCURRENT = "cannot run in a transaction, and lets others work while it waits"
    UNKNOWN = "may commit by itself"

    @property
    def stands_alone(self) -> bool:
        """Whether the server refuses it in a transaction."""
        return self in (Effect.OUTSIDE, Effect.CONCURRENT)


@dataclass(frozen=True, slots=True)
class Build:
    """An index that a statement builds or drops concurrently.

    Args:
        name: of the index as written, schema first where it is given.
        table: on which it is built, likewise; () for a drop.
        drops: it is dropped.
    """

    name: tuple[str, ...]
    table: tuple[str, ...] = ()
    drops: bool = False


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What a statement rebuilds concurrently.

    Args:
        kind: `index`, `table`, `schema` or `database`: all indexes of it.
        name: as written, schema first where it is given.
    """

    kind: str
    name: tuple[str, ...]


def effect(statement: str) -> Effect:
    """What the statement means for a transaction; of several in one text, the one that matters most."""
    if not _suspect(statement, _CLOSE):
        return Effect.PLAIN
    found = [_effect(node) for node in _nodes(statement)]
    return next((kind for kind in _BY_WEIGHT if kind in found), Effect.PLAIN)


def sets_session(statement: str) -> bool:
    """Whether the statement changes a setting that outlives it (SET, RESET, `select set_config`)."""
    if not _suspect(statement, _SESSION):
        return False
    return any(node.HasField("variable_set_stmt") or node.HasField("select_stmt") for node in _nodes(statement))


def build(statement: str) -> Build | None:
    """The index that the statement builds or drops concurrently, None if it does neither or gives it no name."""
    if "concurrently" not in statement.lower():
        return None
    for node in _nodes(statement):
        kind = node.WhichOneof("node")
        if kind == "index_stmt" and node.index_stmt.concurrent and node.index_stmt.idxname:
            relation = node.index_stmt.relation
            table = tuple(part for part in (relation.schemaname, relation.relname) if part)
            # An index lives in the schema of its table.
            return Build((*table[:-1], node.index_stmt.idxname), table)
        if kind == "drop_stmt" and node.drop_stmt.concurrent and len(node.drop_stmt.objects) == 1:
            items = node.drop_stmt.objects[0].list.items
            return Build(tuple(item.string.sval for item in items), drops=True)
    return None


def rebuild(statement: str) -> Rebuild | None:
    """What the statement rebuilds concurrently, None if it does not."""
    if "concurrently" not in statement.lower():
        return None
    for node in _nodes(statement):
        stmt = node.reindex_stmt
        if node.HasField("reindex_stmt") and _option(stmt.params, "concurrently"):
            parts = (stmt.relation.schemaname, stmt.relation.relname) if stmt.HasField("relation") else (stmt.name,)
            return Rebuild(_REINDEXED[stmt.kind], tuple(filter(None, parts)))
    return None


def transaction_mode(file: MigrationFile, given: TxMode) -> TxMode:
    """How the file is run: as its directive says, else as the command line says.

    Raises:
        CheckError: all files share one transaction, and this one asks for something else.
    """
    wanted = file.tx_mode
    if wanted and given == "all":
        raise CheckError(
            f'cannot set txmode directive to "{wanted}" in "{file.name}" when txmode "all" is set globally',
            where=file.path,
            do="Run with --tx-mode file, or remove the directive.",
        )
    return "none" if wanted == "none" else "file" if wanted else given


def refuse_in_transaction(file: MigrationFile, left: Sequence[Statement], mode: TxMode, *, already: int = 0) -> None:
    """Refuses a file that cannot run in one transaction, before it begins.

    Args:
        left: the statements that are to be run.
        already: how many have been before them.

    Raises:
        CheckError: a statement ends the transaction, or refuses to run in one.
    """
    if mode == "none":
        return
    advice = (
        "Put the line `-- atlas:txmode none` and a blank line at the top of the file, and run `telamon migrate hash`."
    )
    for number, statement in enumerate(left, already + 1):
        found = effect(statement.text)
        if found.stands_alone:
            raise CheckError(
                f"statement {number} of {file.name} cannot run in a transaction",
                where=f"{statement.origin}\n{snippet(statement.text)}",
                why="The file would run in one, as is usual.",
                do=advice + "\nBest keep such statements in a file of their own.",
            )
        if found in (Effect.BEGINS, Effect.COMMITS, Effect.ROLLS_BACK):
            raise CheckError(
                f"statement {number} of {file.name} {found.value} by itself",
                where=f"{statement.origin}\n{snippet(statement.text)}",
                why="The file runs in one transaction already, together with its row in the history.",
                do="Remove BEGIN and COMMIT from the file. Or, to keep them:\n" + advice,
            )


def refuse_output(file: MigrationFile, left: Sequence[Statement], *, already: int = 0) -> None:
    """Refuses a file with a `COPY ... TO STDOUT`: nobody is there to take the rows.

    Args:
        left: the statements that are to be run.
        already: how many have been before them.

    Raises:
        CheckError: there is one.
    """
    for number, statement in enumerate(left, already + 1):
        if statement.copy_data is None and _suspect(statement.text, _OUTPUT):
            copies = (node.copy_stmt for node in _nodes(statement.text) if node.HasField("copy_stmt"))
            if any(not copy.is_from and not copy.filename for copy in copies):
                raise CheckError(
                    f"statement {number} of {file.name} sends rows to the client",
                    where=f"{statement.origin}\n{snippet(statement.text)}",
                    why="A migration has nobody to take them.",
                    do="Remove it, or run it with psql.",
                )


def snippet(text: str, lines: int = 3) -> str:
    """The first lines of a statement, indented."""
    found = text.strip().splitlines()
    shown = [f"  {line[:200]}" for line in found[:lines]]
    return "\n".join(shown + ["  ..."] * (len(found) > lines))


def _suspect(statement: str, words: dict[str, re.Pattern[str]]) -> bool:
    # With a delimiter of its own, a file's statement may really be several: then any may be the one.
    if ";" in statement and not statement.endswith(";"):
        return True
    first = re.match(r"\W*(\w+)", statement)
    also = words.get(first[1].lower()) if first else None
    return also is not None and also.search(statement) is not None


def _nodes(statement: str) -> list[Any]:
    import postgast

    try:
        return [raw.stmt for raw in postgast.parse(statement).stmts]
    except postgast.PgQueryError:
        return []  # newer than the grammar at hand, or wrong: the server will tell


def _effect(node: Any) -> Effect:
    kind = node.WhichOneof("node")
    return _DECIDE.get(kind, lambda _: Effect.PLAIN)(getattr(node, kind))


def _transaction(stmt: Any) -> Effect:
    kinds = {
        1: Effect.BEGINS,  # BEGIN
        2: Effect.BEGINS,  # START TRANSACTION
        3: Effect.COMMITS,
        4: Effect.ROLLS_BACK,
        8: Effect.OUTSIDE,  # PREPARE TRANSACTION
        9: Effect.OUTSIDE,  # COMMIT PREPARED
        10: Effect.OUTSIDE,  # ROLLBACK PREPARED
    }
    return kinds.get(stmt.kind, Effect.PLAIN)


def _outside_if(found: bool) -> Effect:
    return Effect.OUTSIDE if found else Effect.PLAIN


def _concurrent_if(found: bool) -> Effect:
    return Effect.CONCURRENT if found else Effect.PLAIN


def _option(options: Any, name: str) -> bool:
    """Whether an option is given and not switched off."""
    off = ("false", "off", "0")
    return any(item.def_elem.defname == name and item.def_elem.arg.string.sval.lower() not in off for item in options)


_REINDEXED = {1: "index", 2: "table", 3: "schema", 4: "system", 5: "database"}  # ReindexObjectType
_BY_WEIGHT = (Effect.OUTSIDE, Effect.CONCURRENT, Effect.UNKNOWN, Effect.ROLLS_BACK, Effect.COMMITS, Effect.BEGINS)
# The server's list: PreventInTransactionBlock in its source.
_DECIDE: dict[str, Callable[[Any], Effect]] = {
    "transaction_stmt": _transaction,
    "index_stmt": lambda stmt: _concurrent_if(stmt.concurrent),
    "drop_stmt": lambda stmt: _concurrent_if(stmt.concurrent),
    "alter_table_stmt": lambda stmt: _concurrent_if(
        any(getattr(command.alter_table_cmd, "def").partition_cmd.concurrent for command in stmt.cmds)
    ),
    "reindex_stmt": lambda stmt: (
        Effect.CONCURRENT if _option(stmt.params, "concurrently") else _outside_if(stmt.kind >= 3)
    ),
    "vacuum_stmt": lambda stmt: _outside_if(stmt.is_vacuumcmd),
    "cluster_stmt": lambda stmt: _outside_if(not stmt.HasField("relation")),
    "createdb_stmt": lambda _: Effect.OUTSIDE,
    "dropdb_stmt": lambda _: Effect.OUTSIDE,
    "alter_database_stmt": lambda stmt: _outside_if(_option(stmt.options, "tablespace")),
    "alter_system_stmt": lambda _: Effect.OUTSIDE,
    "create_table_space_stmt": lambda _: Effect.OUTSIDE,
    "drop_table_space_stmt": lambda _: Effect.OUTSIDE,
    # Without a replication slot these may run in a transaction; the server knows.
    "create_subscription_stmt": lambda stmt: _outside_if(not stmt.options),
    "discard_stmt": lambda stmt: _outside_if(stmt.target == 1),
    "call_stmt": lambda _: Effect.UNKNOWN,
    "do_stmt": lambda _: Effect.UNKNOWN,
}
