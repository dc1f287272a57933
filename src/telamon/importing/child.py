"""Asking a tool in the project's own interpreter, where Telamon need not be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from telamon.errors import TelamonError


def ask(script: str, arguments: list[str], base: str, python: str | None, tool: str) -> dict[str, Any]:
    """Runs a script of this package and returns its answer. What the project prints goes to stderr.

    Args:
        script: the name of the file in this folder.
        arguments: its arguments, after the path of the file for the answer.
        base: the working directory.
        python: the interpreter; `TELAMON_PYTHON`, else the running one, if None.
        tool: what is run, for messages.

    Raises:
        TelamonError: the interpreter does not start, the tool is not installed, or the project fails.
    """
    interpreter = python or os.environ.get("TELAMON_PYTHON") or sys.executable
    with tempfile.TemporaryDirectory(prefix="telamon-") as folder:
        answer = Path(folder) / "answer.json"
        command = [interpreter, str(Path(__file__).with_name(script)), str(answer), *arguments]
        try:
            done = subprocess.run(command, cwd=base, stdin=subprocess.DEVNULL, stdout=2, check=False)
        except OSError as error:
            raise TelamonError(
                f"The interpreter {interpreter} does not start",
                where=base,
                why=error.strerror or str(error),
                do="Set TELAMON_PYTHON, or `python` in the configuration, to the project's own interpreter.",
            ) from None
        if not answer.exists():
            raise TelamonError(f"{tool} ended with {done.returncode}", where=base)
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "missing" in found:
        raise TelamonError(
            f"{found['missing']} is not installed",
            where=f"{base}, run by {interpreter}",
            do="Set TELAMON_PYTHON, or `python` in the configuration, to the project's own interpreter.",
        )
    if "error" in found:
        raise TelamonError(
            f"{tool} fails", where=found.get("where") or base, why=found["error"], do=found.get("do", "")
        )
    return found
