"""Alembic: the metadata that env.py compares with, and what alembic_utils has registered there."""

from __future__ import annotations

from pathlib import Path

from telamon.errors import TelamonError, UsageError
from telamon.sources.python import Project, statements_of
from telamon.sources.types import SqlSource

_INI = "alembic.ini"


def open_alembic(rest: str, base: Path, python: str | None) -> SqlSource:
    """Returns the schema that `alembic revision --autogenerate` compares a database with.

    env.py is run offline in a process of its own, up to `context.configure`: no migration is run and no database asked.
    `include_object` is honoured for tables. Entities of alembic_utils come after the tables, extensions before.

    Args:
        rest: the path of alembic.ini, or its folder; `?name=section` where it is not [alembic].
        base: the folder to which the path is relative. What is imported is found from the folder of alembic.ini.
        python: the project's interpreter; `TELAMON_PYTHON`, else the running one, if None.

    Raises:
        UsageError: there is no alembic.ini.
        TelamonError: Alembic is not installed, env.py fails, or names no metadata.
    """
    label = f"alembic://{rest}"
    name, _, query = rest.partition("?")
    key, _, section = query.partition("=")
    if query and (key != "name" or not section):
        raise UsageError(f"?{query} is not understood", where=label, do="Only ?name=SECTION is known here.")
    path = base.absolute() / Path(name).expanduser()
    ini = path / _INI if path.is_dir() else path
    if not ini.is_file():
        raise UsageError(f"There is no {_INI}", where=label, do="Write alembic://path/to/alembic.ini")
    answer = Project(label, ini.parent, python).ask("alembic_child", "env.py", ini.name, section or "alembic")
    if not answer["statements"]:
        raise TelamonError(
            "The metadata that env.py names has no tables",
            where=label,
            why="A table is known only after the module that defines it is imported.",
            do="Import the models in env.py.",
        )
    return SqlSource(statements_of(answer), ordered=False, label=label)
