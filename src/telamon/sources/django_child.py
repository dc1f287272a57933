"""Runs in the project's own interpreter, under `child.py`: gives the DDL of the models of all installed apps.

Argument: the settings module.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from typing import Any

_ENGINES = ("django.db.backends.postgresql", "django.contrib.gis.db.backends.postgis")
_NEWEST = 180000  # whatever models ask for is written; whether the server knows it, it says itself


def main(child: Any, module: str) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    from django.conf import settings

    databases = settings.DATABASES
    given = (databases.get("default") or {}).get("ENGINE") or ""
    if given == "django.db.backends.dummy" or not given:
        given = _ENGINES[0]
    if any(name in given for name in ("sqlite3", "mysql", "oracle")):
        return {
            "refusal": f"The default database of {module} is {given}",
            "why": "What models become differs from one kind of database to another.",
            "do": "Set its ENGINE to django.db.backends.postgresql; no database is asked.",
        }
    databases["default"] = {"ENGINE": given, "NAME": "telamon", "HOST": "", "PORT": "", "USER": "", "PASSWORD": ""}
    import django
    from django.db import connections

    refuse_connections()
    django.setup()
    connection = connections["default"]
    connection.pg_version = _NEWEST  # a cached property, which would ask the server
    return collect(child, connection)


def refuse_connections() -> None:
    """Has every attempt to reach a database fail in words that say why."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.utils import OperationalError

    def connect(self: Any) -> None:
        raise OperationalError(
            "The project asks the database while its models are imported. "
            "Telamon reads models without one: ask it later, in a function."
        )

    BaseDatabaseWrapper.connect = connect


def collect(child: Any, connection: Any) -> dict[str, Any]:
    from django.apps import apps
    from django.db import router
    from django.db.migrations.state import ProjectState

    # As migrations see models: there the keys of automatic tables follow DEFAULT_AUTO_FIELD whatever their app says.
    states = ProjectState.from_apps(apps).apps
    models, unmanaged, origins = [], [], {}
    for model in apps.get_models():
        if not router.allow_migrate_model(connection.alias, model):
            continue
        if model._meta.can_migrate(connection):
            models.append(states.get_model(model._meta.app_label, model._meta.model_name))
            origins[model._meta.db_table] = place_of(model, child)
        elif not (model._meta.proxy or model._meta.swapped) and not model._meta.managed:
            unmanaged.append(model._meta.label)
    quote = quoting(connection)
    connection.ops.compose_sql = lambda sql, values: composed(sql, values, quote)
    statements: list[tuple[str, str]] = []
    with editor_of(connection, quote) as editor:
        for place, operation in operations(connection):
            operation(editor)
            statements += taken(editor, place)
        extensions = {text for _, text in statements}
        for name in needed(models):
            text = f"CREATE EXTENSION IF NOT EXISTS {editor.quote_name(name)};"
            statements += [(f"extension {name}", text)] if text not in extensions else []
        for model in models:
            place = origins[model._meta.db_table]
            editor.create_model(model)
            statements += taken(editor, place)
            for field in model._meta.local_many_to_many:
                origins.setdefault(field.remote_field.through._meta.db_table, place)
        for deferred in editor.deferred_sql:
            editor.execute(deferred, None)
            table = getattr(getattr(deferred, "parts", {}).get("table"), "table", "")
            statements += taken(editor, origins.get(str(table), str(table) or "django"))
        editor.deferred_sql.clear()
    return {"statements": statements, "unmanaged": unmanaged}


def composed(sql: str, values: Any, quote: Any) -> str:
    """A statement with its values in it; without values a lone percent sign is one."""
    return sql % tuple(quote(each) for each in values) if values else sql.replace("%%", "%")


def taken(editor: Any, place: str) -> list[tuple[str, str]]:
    """Takes what was collected since, with its place."""
    found = [(place, str(text)) for text in editor.collected_sql]
    editor.collected_sql.clear()
    return found


def editor_of(connection: Any, quote: Any) -> Any:
    """A schema editor that collects SQL, and quotes values without a connection."""

    class Editor(connection.SchemaEditorClass):  # type: ignore[misc]
        def quote_value(self, value: Any) -> str:
            return quote(value)  # type: ignore[no-any-return]

        def column_sql(self, model: Any, field: Any, include_default: bool = False) -> Any:
            """With its values in it: as parameters of the whole they clash with a percent sign in a check."""
            sql, values = super().column_sql(model, field, include_default)
            return (composed(sql, values, quote), []) if values else (sql, values)

    return Editor(connection, collect_sql=True, atomic=False)


def quoting(connection: Any) -> Any:
    """Returns a function that writes a value as SQL: with the adapters that Django gives its connections."""
    from django.db.backends.postgresql import psycopg_any

    if not psycopg_any.is_psycopg3:
        return lambda value: escaped(value, psycopg_any.sql.quote)
    from psycopg import sql

    context = psycopg_any.get_adapters_template(True, connection.timezone)
    return lambda value: sql.Literal(value).as_string(context).strip()


def escaped(value: Any, quote: Any) -> str:
    """A value as psycopg2 writes it: without a connection it doubles backslashes but does not say so by an E."""
    text = str(quote(value, None))
    if "\\" not in text:
        return text
    if isinstance(value, (list, tuple)):
        return f"ARRAY[{', '.join(escaped(each, quote) for each in value)}]"
    return f"E{text}" if text.startswith("'") else text


def operations(connection: Any) -> Iterator[tuple[str, Any]]:
    """What the migrations of the apps create beside tables: extensions and collations, with their places."""
    from django.db.migrations.loader import MigrationLoader

    try:
        from django.contrib.postgres.operations import CreateCollation, CreateExtension
    except ImportError:
        return
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    seen = set()
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        for each in migration.operations:
            if isinstance(each, (CreateExtension, CreateCollation)) and each.name not in seen:
                seen.add(each.name)
                create = extend if isinstance(each, CreateExtension) else collate
                yield f"migration {app}.{name}", lambda editor, each=each, create=create: create(each, editor)


def extend(operation: Any, editor: Any) -> None:
    editor.execute(f"CREATE EXTENSION IF NOT EXISTS {editor.quote_name(operation.name)}", None)


def collate(operation: Any, editor: Any) -> None:
    operation.create_collation(editor)


def needed(models: list[Any]) -> list[str]:
    """The extensions that models cannot do without, whatever the migrations say."""
    found = set()
    for model in models:
        if any(field.get_internal_type() == "HStoreField" for field in model._meta.local_fields):
            found.add("hstore")
        classes = [each for index in model._meta.indexes for each in index.opclasses]
        if any(each.endswith("_trgm_ops") for each in classes):
            found.add("pg_trgm")
    return sorted(found)


def place_of(model: Any, child: Any) -> str:
    """Where a model is written, and its name."""
    try:
        file = inspect.getsourcefile(model) or ""
        place = f"{child.shown(file)}:{inspect.getsourcelines(model)[1]}" if child.is_users(file) else model.__module__
    except (OSError, TypeError):
        place = model.__module__
    return f"{place} ({model._meta.label})"
