"""Runs in the project's own interpreter: for each migration what `sqlmigrate` prints, on a database given to it.

Arguments: the file for the answer, the settings module, the database as JSON.
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # it was this file's folder, whose module names hide others

import json  # noqa: E402
import traceback  # noqa: E402
from types import TracebackType  # noqa: E402
from typing import Any  # noqa: E402


def main() -> None:
    answer, module, database = sys.argv[1:]

    def tell(**what: Any) -> None:
        with open(answer, "w", encoding="utf-8") as stream:
            json.dump(what, stream)

    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        import django
    except ModuleNotFoundError as error:
        tell(missing=error.name)
        return
    found: list[dict[str, Any]] = []

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Tells what the project's own code raised, and after which migration."""
        frames = [each for each in traceback.extract_tb(trace) if each.filename.startswith(os.getcwd())]
        last = found[-1]["name"] if found else ""
        place = "".join(traceback.format_list(frames)) + "".join(traceback.format_exception_only(error))
        tell(error=place.rstrip(), where=f"after {last}" if last else "")

    sys.excepthook = report
    from django.conf import settings

    ours = {**settings.DATABASES.get("default", {}), **json.loads(database)}
    if not any(name in ours.get("ENGINE", "") for name in ("postgresql", "postgis")):
        tell(error=f"The default database is {ours.get('ENGINE')}.", do="Set it to django.db.backends.postgresql.")
        return
    settings.DATABASES["default"] = {**ours, "OPTIONS": {}, "CONN_MAX_AGE": 0}
    django.setup()
    walk(found)
    tell(migrations=found)


def walk(found: list[dict[str, Any]]) -> None:
    """Collects the SQL of each migration, then runs it: later ones ask the database what is there."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    connection = connections["default"]
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    for migration, _ in plan:
        executor = MigrationExecutor(connection)
        lines = executor.loader.collect_sql([(migration, False)])
        executor.migrate([(migration.app_label, migration.name)], plan=[(migration, False)])
        found.append(
            {
                "name": f"{migration.app_label}.{migration.name}",
                "sql": "\n".join(lines),
                "atomic": bool(migration.atomic),
            }
        )


main()
