"""SQLAlchemy and SQLModel models: what `metadata.create_all` would execute, as SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from telamon.errors import TelamonError
from telamon.sources.python import Project, module_name, statements_of
from telamon.sources.types import SqlSource


def open_models(rest: str, base: Path, python: str | None) -> SqlSource:
    """Returns the schema of SQLAlchemy 2 or SQLModel models.

    The module is imported in a process of its own, with `base` as its working directory and on its path, as `python -m`
    does. Neither database nor driver is needed: SQLAlchemy's own `create_all` renders the DDL, its events included.

    Args:
        rest: `package.module`, whose metadata is found by itself, or `package.module:attribute`: a MetaData, a
            declarative base, or a list of them.
        base: the folder of the project.
        python: its interpreter; `TELAMON_PYTHON`, else the running one, if None.

    Raises:
        TelamonError: the module does not import (with the user's own frames), or holds no tables.
    """
    label = f"sqlalchemy://{rest}"
    written, _, attribute = rest.partition(":")
    module = module_name(written, label, "Write it as in an import: sqlalchemy://app.models:metadata")
    answer = Project(label, base, python).ask("sqlalchemy_child", module, module, attribute)
    if "statements" not in answer:
        raise _refusal(answer, label)
    if not answer["statements"]:
        raise TelamonError(
            f"No tables are found in {module}",
            where=label,
            why="A table is known only after the module that defines it is imported.",
            do=f"Import the models in {module}, or name the metadata: sqlalchemy://{module}:metadata",
        )
    return SqlSource(statements_of(answer), ordered=answer["metadatas"] == 1, label=label)


def _refusal(answer: dict[str, Any], label: str) -> TelamonError:
    if "absent" in answer:
        known = ", ".join(answer["known"])
        return TelamonError(
            f"{answer['holder']} has no {answer['absent']}",
            where=label,
            why=f"It has metadata in: {known}" if known else "It has no metadata, base or table.",
        )
    return TelamonError(f"{label} is a {answer['unfit']}, neither metadata nor a declarative base", where=label)
