"""SQLAlchemy and SQLModel models: what `metadata.create_all` would execute, as SQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from telamon.errors import TelamonError, UsageError
from telamon.sources.types import SqlSource
from telamon.statements import Origin, Statement

_CHILD = Path(__file__).with_name("models_child.py")


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
    spec, label = rest.partition(":"), f"sqlalchemy://{rest}"
    module, attribute = spec[0], spec[2]
    if not all(part.isidentifier() for part in module.split(".")):
        raise UsageError(
            f"{module!r} is not the name of a Python module",
            where=label,
            do="Write it as in an import: sqlalchemy://app.models:metadata",
        )
    interpreter = python or os.environ.get("TELAMON_PYTHON") or sys.executable
    answer = _ask(interpreter, [module, attribute], base, label)
    if "statements" not in answer:
        raise _refusal(answer, module, label, interpreter, base)
    if not answer["statements"]:
        raise TelamonError(
            f"No tables are found in {module}",
            where=label,
            why="A table is known only after the module that defines it is imported.",
            do=f"Import the models in {module}, or name the metadata: sqlalchemy://{module}:metadata",
        )
    statements = tuple(Statement(text, Origin(place)) for place, text in answer["statements"])
    return SqlSource(statements, ordered=answer["metadatas"] == 1, label=label)


def _ask(interpreter: str, arguments: list[str], base: Path, label: str) -> dict[str, Any]:
    """Runs the child and returns its answer. What the models print goes to stderr; the answer has a pipe of its own."""
    receiver, sender = os.pipe()
    command = [interpreter, str(_CHILD), str(sender), *arguments]
    with os.fdopen(receiver, encoding="utf-8") as stream:
        try:
            child = subprocess.Popen(command, cwd=base, stdin=subprocess.DEVNULL, stdout=2, pass_fds=[sender])
        except OSError as error:
            raise TelamonError(
                f"The interpreter {interpreter} does not start",
                where=label,
                why=error.strerror or str(error),
                do="Set TELAMON_PYTHON, or `python` in the configuration, to the project's own interpreter.",
            ) from error
        finally:
            os.close(sender)
        with child:
            text = stream.read()
    if not text:
        raise TelamonError(f"Python ended with {child.returncode} before the models were imported", where=label)
    answer: dict[str, Any] = json.loads(text)
    return answer


def _refusal(answer: dict[str, Any], module: str, label: str, interpreter: str, base: Path) -> TelamonError:
    if "missing" in answer:
        return TelamonError(
            "SQLAlchemy is not installed",
            where=f"{label}, imported by {interpreter}",
            do="Run pip install 'telamon[sqlalchemy]', or set TELAMON_PYTHON to the interpreter that has it.",
        )
    if "absent" in answer:
        known = ", ".join(answer["known"])
        return TelamonError(
            f"{answer['holder']} has no {answer['absent']}",
            where=label,
            why=f"It has metadata in: {known}" if known else "It has no metadata, base or table.",
        )
    if "unfit" in answer:
        return TelamonError(f"{label} is a {answer['unfit']}, neither metadata nor a declarative base", where=label)
    return TelamonError(
        f"{module} does not import: {answer['kind']}",
        where=label,
        why=answer["error"],
        do=f"It was imported by {interpreter} in {base}.",
    )
