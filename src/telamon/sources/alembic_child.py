"""Runs in the project's own interpreter, under `child.py`: gives the DDL of the metadata that env.py names.

Arguments: the configuration, and its section.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any


def main(child: Any, ini: str, section: str) -> dict[str, Any]:
    import sqlalchemy
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    models = child.load("sqlalchemy_child")
    places = models.remember_places(sqlalchemy, child)
    config = Config(ini, ini_section=section)
    calls = run(config, ScriptDirectory.from_config(config))
    if not calls:
        return {"refusal": "env.py never calls context.configure()", "do": "Call it with target_metadata=..."}
    before, after = entities()
    statements = before
    for given in calls:
        target = given.get("target_metadata")
        found = models.metadata_of(target if isinstance(target, (list, tuple)) else [target], sqlalchemy)
        if not found:
            return {
                "refusal": "env.py names no metadata",
                "why": f"Its target_metadata is a {type(target).__name__}.",
                "do": "Set target_metadata in env.py to the metadata of the models.",
            }
        for metadata in found:
            tables = [each for each in metadata.sorted_tables if included(each, given)]
            statements += models.ddl_of(metadata, "env.py", places, sqlalchemy, tables)
    return {"statements": statements + after}


def run(config: Any, script: Any) -> list[dict[str, Any]]:
    """Runs env.py and returns what it gives to `context.configure`, each time that it calls it."""
    from alembic.runtime.environment import EnvironmentContext

    heard: list[dict[str, Any]] = []

    def configure(*_: Any, **options: Any) -> None:
        heard.append(options)

    def nothing(**_: Any) -> None:
        """Runs no migrations."""

    # Set on the object, for `alembic.context` stands for objects of this very class.
    environment: Any = EnvironmentContext(config, script, as_sql=True)
    environment.is_offline_mode = lambda: True
    environment.configure = configure
    environment.begin_transaction = contextlib.nullcontext
    environment.run_migrations = nothing
    with environment:
        script.run_env()
    return heard


def included(table: Any, options: dict[str, Any]) -> bool:
    """Whether env.py wants a table compared."""
    include = options.get("include_object")
    return include is None or bool(include(table, table.name, "table", False, None))


def entities() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What alembic_utils has registered, as places and SQL: what comes before tables, and what after."""
    before: list[tuple[str, str]] = []
    after: list[tuple[str, str]] = []
    if "alembic_utils.replaceable_entity" not in sys.modules:
        return before, after
    from alembic_utils.replaceable_entity import registry
    from sqlalchemy.dialects import postgresql

    # It neither doubles percent signs nor changes colons.
    dialect: Any = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    for entity in registry.entities():
        kind = type(entity).__name__
        text = str(entity.to_sql_statement_create().compile(dialect=dialect))
        place = f"env.py ({entity.identity})"
        (before if kind == "PGExtension" else after).append((place, text))
    return before, after
