"""Runs in the project's own interpreter: has Alembic write its whole history as SQL, offline.

Arguments: the file for the answer, the configuration.
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # it was this file's folder, whose module names hide others

import io  # noqa: E402
import json  # noqa: E402
import traceback  # noqa: E402
from types import TracebackType  # noqa: E402
from typing import Any  # noqa: E402


def main() -> None:
    answer, config_file = sys.argv[1:]

    def tell(**what: Any) -> None:
        with open(answer, "w", encoding="utf-8") as stream:
            json.dump(what, stream)

    try:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory
    except ModuleNotFoundError as error:
        tell(missing=error.name)
        return
    buffer = io.StringIO()
    config = Config(config_file, output_buffer=buffer)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Tells what the project's own code raised."""
        frames = [each for each in traceback.extract_tb(trace) if each.filename.startswith(os.getcwd())]
        place = "".join(traceback.format_list(frames)) + "".join(traceback.format_exception_only(error))
        tell(error=place.rstrip(), do="Offline there is no database to ask: what needs one has to be rewritten.")

    sys.excepthook = report
    docs = {each.revision: each.doc or "" for each in ScriptDirectory.from_config(config).walk_revisions()}
    command.upgrade(config, "heads", sql=True)
    tell(sql=buffer.getvalue(), docs=docs)


main()
