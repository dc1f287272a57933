"""Alembic: its own offline output, cut at the lines with which it announces each revision."""

from __future__ import annotations

import os

from telamon.errors import TelamonError, UsageError
from telamon.history.syntax import command_of, relation_of
from telamon.importing.child import ask
from telamon.importing.types import Foreign, Found
from telamon.scan import split
from telamon.statements import Statement

_HEADING = "-- Running upgrade "
_ROWS = ("insert_stmt", "update_stmt", "delete_stmt")


def read_alembic(path: str, python: str | None) -> Found:
    """The history as `alembic upgrade heads --sql` writes it: merges and branches in the order in which they run.

    Args:
        path: the folder of alembic.ini, or that of env.py below it.

    Raises:
        UsageError: there is no configuration.
        TelamonError: Alembic is not installed, or a revision asks the database, which it cannot offline.
    """
    config = next(
        (each for up in ("", "..", "../..") if os.path.exists(each := os.path.join(path, up, "alembic.ini"))), None
    )
    if config is None:
        raise UsageError("There is no alembic.ini here or above", where=path, do="Give the folder in which it is.")
    base = os.path.abspath(os.path.dirname(config))
    answer = ask("alembic_child.py", ["alembic.ini"], base, python, "alembic upgrade heads --sql")
    preamble, sections = cut(answer["sql"])
    table = version_table(preamble, config)
    found = Found()
    for number, (revision, text) in enumerate(sections, 1):
        statements = [
            each
            for each in split(text, f"revision {revision}")
            if not (relation_of(each) == table and command_of(each) in _ROWS)
        ]
        while statements and command_of(statements[-1]) == "transaction_stmt":
            statements.pop()
        alone = [each for each in statements if command_of(each) != "transaction_stmt"]
        doc = answer["docs"].get(revision, "").split("\n")[0]
        found.migrations.append(
            Foreign(
                (number,), f"{number:04}", f"{revision}_{doc}", rendered(alone),
                transactional=len(alone) == len(statements), origin=f"{path}: revision {revision}",
            )
        )  # fmt: skip
    return found


def cut(output: str) -> tuple[str, list[tuple[str, str]]]:
    """(what stands before the first revision, (revision, its text) of each)."""
    preamble: list[str] = []
    sections: list[tuple[str, list[str]]] = []
    for line in output.split("\n"):
        if line.startswith(_HEADING):
            sections.append((line.rpartition("-> ")[2].split()[0], []))
        else:
            (sections[-1][1] if sections else preamble).append(line)
    return "\n".join(preamble), [(revision, "\n".join(lines)) for revision, lines in sections]


def version_table(preamble: str, config: str) -> str:
    """The table in which Alembic keeps its revision: the only one that it makes before the first of them."""
    for each in split(preamble, config):
        if command_of(each) == "create_stmt":
            return relation_of(each)
    raise TelamonError(
        "The output of Alembic is not SQL for PostgreSQL", where=config, do="Set sqlalchemy.url to a postgresql:// URL."
    )


def rendered(statements: list[Statement]) -> str:
    """Statements under their comments, each set off by a blank line."""
    return "\n\n".join("\n".join([*each.comments, each.text]) for each in statements) + "\n"
