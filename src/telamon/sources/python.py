"""Asking a project's own code what its schema is, in a process of the project's own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telamon.errors import TelamonError, UsageError
from telamon.statements import Origin, Statement

_CHILD = Path(__file__).with_name("child.py")
_NAMES = {"sqlalchemy": "SQLAlchemy", "alembic": "Alembic", "django": "Django"}


@dataclass(frozen=True, slots=True)
class Project:
    """Whose code is imported.

    Args:
        label: the source as the user wrote it, for messages.
        base: the working directory, which is on the path as with `python -m`.
        python: the interpreter; `TELAMON_PYTHON`, else the running one, if None.
    """

    label: str
    base: Path
    python: str | None

    @property
    def interpreter(self) -> str:
        return self.python or os.environ.get("TELAMON_PYTHON") or sys.executable

    def ask(self, script: str, what: str, *arguments: str) -> dict[str, Any]:
        """Runs a script of this package and returns its answer. What the project prints goes to stderr.

        Args:
            script: the name of a module beside this one.
            what: is imported, for messages.

        Raises:
            TelamonError: the interpreter does not start, lacks a library, or the project's code fails.
        """
        answer = self._run([script, *arguments])
        if "missing" in answer:
            name = answer["missing"]
            raise TelamonError(
                f"{_NAMES[name]} is not installed",
                where=f"{self.label}, imported by {self.interpreter}",
                do=f"Run pip install 'telamon[{name}]', or set TELAMON_PYTHON to the interpreter that has it.",
            )
        if "refusal" in answer:
            raise TelamonError(answer["refusal"], where=self.label, why=answer.get("why", ""), do=answer.get("do", ""))
        if "error" in answer:
            venv = " Has the project an interpreter of its own? Name it in TELAMON_PYTHON." if answer["module"] else ""
            raise TelamonError(
                f"{what} does not import: {answer['kind']}",
                where=self.label,
                why=answer["error"],
                do=f"It was imported by {self.interpreter} in {self.base}.{venv}",
            )
        return answer

    def _run(self, arguments: list[str]) -> dict[str, Any]:
        """Runs the child and returns its answer, which has a pipe of its own."""
        receiver, sender = os.pipe()
        command = [self.interpreter, str(_CHILD), str(sender), *arguments]
        with os.fdopen(receiver, encoding="utf-8") as stream:
            try:
                child = subprocess.Popen(command, cwd=self.base, stdin=subprocess.DEVNULL, stdout=2, pass_fds=[sender])
            except OSError as error:
                raise TelamonError(
                    f"The interpreter {self.interpreter} does not start",
                    where=self.label,
                    why=error.strerror or str(error),
                    do="Set TELAMON_PYTHON, or `python` in the configuration, to the project's own interpreter.",
                ) from error
            finally:
                os.close(sender)
            with child:
                text = stream.read()
        if not text:
            raise TelamonError(
                f"Python ended with {child.returncode} before the models were imported", where=self.label
            )
        answer: dict[str, Any] = json.loads(text)
        return answer


def module_name(written: str, label: str, do: str) -> str:
    """The name of a module, as it was written.

    Raises:
        UsageError: it can be none.
    """
    if not all(part.isidentifier() for part in written.split(".")):
        raise UsageError(f"{written!r} is not the name of a Python module", where=label, do=do)
    return written


def statements_of(answer: dict[str, Any]) -> tuple[Statement, ...]:
    """The statements of an answer, each with the place that the child found for it."""
    return tuple(Statement(text, Origin(place)) for place, text in answer["statements"])
