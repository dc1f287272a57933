"""Runs in the project's own interpreter, where Telamon need not be: what all scripts that import its code share.

Arguments: a pipe's file descriptor, the script, and the script's arguments. What the script's `main` returns is written
to the pipe as JSON; a module of `NEEDS` that is not installed is told, and so is an error, with the user's own frames.
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # as `python -m` does; it was this file's folder, whose module names are not the project's

import importlib.util  # noqa: E402
import json  # noqa: E402
import sysconfig  # noqa: E402
import traceback  # noqa: E402
from types import TracebackType  # noqa: E402
from typing import Any  # noqa: E402

# Where code lies that is not the user's.
_FOREIGN = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_FRAMES = 3  # that are shown where none is the user's
_HERE = os.path.dirname(os.path.abspath(__file__))
_OBJECTS = os.path.join(os.path.dirname(_HERE), "objects.py")
_NEEDS = {"sqlalchemy_child": ("sqlalchemy",), "alembic_child": ("sqlalchemy", "alembic"), "django_child": ("django",)}


def main() -> None:
    pipe, script, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]

    def answer(**what: Any) -> None:
        with os.fdopen(pipe, "w", encoding="utf-8") as stream:
            json.dump(what, stream)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        shown = traceback.TracebackException(kind, error, trace)
        own = [frame for frame in shown.stack if is_users(frame.filename)]
        others = [] if isinstance(error, ImportError) else shown.stack[-_FRAMES:]
        shown.stack = traceback.StackSummary.from_list(own or others)
        missing = (getattr(error, "name", None) or "") if isinstance(error, ModuleNotFoundError) else ""
        answer(error="".join(shown.format(chain=False)).rstrip(), kind=kind.__name__, module=missing)

    sys.excepthook = report
    for needed in _NEEDS[script]:
        if importlib.util.find_spec(needed) is None:
            answer(missing=needed)
            return
    result = load(script).main(sys.modules[__name__], *arguments)
    answer(**result)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that the project's code started must not keep the answer waiting


def is_users(filename: str) -> bool:
    """Whether a file is the user's own, for a traceback or as the place of a table."""
    if filename.startswith(("<", _HERE + os.sep)):
        return False
    if f"{os.sep}site-packages{os.sep}" in filename or filename == _OBJECTS:
        return False
    return not filename.startswith(_FOREIGN)


def shown(filename: str) -> str:
    """A file as a person would name it: relative where it lies below the working directory."""
    path = os.path.relpath(filename)
    return filename if path.startswith("..") else path


def load(script: str) -> Any:
    """Returns a script of this folder as a module; by its path, since its folder is not on the project's path."""
    spec = importlib.util.spec_from_file_location(f"_telamon_{script}", os.path.join(_HERE, f"{script}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
