"""Runs in the project's own interpreter, under `child.py`: imports models and gives their DDL.

Arguments: the module, and the attribute (empty: whatever is found).
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import sys
from types import FrameType, ModuleType
from typing import Any

OBJECTS = "telamon.objects"  # the key in `MetaData.info` under which `telamon.objects` says that there are some


def main(child: Any, module_name: str, attribute: str) -> dict[str, Any]:
    import sqlalchemy

    places = remember_places(sqlalchemy, child)
    module = importlib.import_module(module_name)
    if attribute:
        target, holder = module, module_name
        for name in attribute.split("."):
            if not hasattr(target, name):
                known = [each for each in vars(target) if metadata_of(getattr(target, each), sqlalchemy) is not None]
                return {"absent": name, "holder": holder, "known": known}
            target, holder = getattr(target, name), f"{holder}.{name}"
        found = metadata_of(target, sqlalchemy)
        if not found:
            return {"unfit": type(target).__name__}
    else:
        found = find(module, sqlalchemy)
    statements = []
    for metadata in found:
        statements += ddl_of(metadata, module_name, places, sqlalchemy)
    return {"statements": statements, "metadatas": len(found)}


def remember_places(sqlalchemy: Any, child: Any) -> dict[int, str]:
    """Returns a dictionary that fills, while models are imported, with where each table is made."""
    places: dict[int, str] = {}

    def made(table: Any, parent: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame and not child.is_users(frame.f_code.co_filename):
            frame = frame.f_back
        if frame:
            places[id(table)] = f"{child.shown(frame.f_code.co_filename)}:{frame.f_lineno}"

    sqlalchemy.event.listen(sqlalchemy.Table, "after_parent_attach", made)
    return places


def metadata_of(value: Any, sqlalchemy: Any) -> list[Any] | None:
    """Returns the metadata of a value: itself, that of a base, registry or table, or of each in a list; else None."""
    if isinstance(value, sqlalchemy.MetaData):
        return [value]
    if isinstance(value, (list, tuple)):
        parts = [metadata_of(each, sqlalchemy) for each in value]
        return unique([each for part in parts for each in part or []]) if all(parts) else None
    inner = getattr(value, "metadata", None)
    return [inner] if isinstance(inner, sqlalchemy.MetaData) else None


def find(module: ModuleType, sqlalchemy: Any) -> list[Any]:
    """Returns all metadata with tables that a module shows; a package that shows none has its modules imported."""

    def shown() -> list[Any]:
        modules = [each for name, each in sorted(sys.modules.items()) if f"{name}.".startswith(f"{module.__name__}.")]
        kinds = (type, sqlalchemy.MetaData, sqlalchemy.Table)  # to look into anything else may run the user's code
        values = [value for each in modules for value in vars(each).values() if isinstance(value, kinds)]
        parts = [metadata_of(value, sqlalchemy) for value in values]
        metadatas = unique([each for part in parts if part for each in part])
        return [each for each in metadatas if each.tables or OBJECTS in each.info]

    found = shown()
    if not found and hasattr(module, "__path__"):
        for entry in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            if not entry.name.endswith(".__main__"):
                importlib.import_module(entry.name)
        found = shown()
    return found


def unique(values: list[Any]) -> list[Any]:
    return list({id(value): value for value in values}.values())


def ddl_of(
    metadata: Any, module_name: str, places: dict[int, str], sqlalchemy: Any, tables: list[Any] | None = None
) -> list[tuple[str, str]]:
    """Returns what `create_all` executes, as pairs of label and SQL, with the schemas that it takes for granted."""
    from sqlalchemy.schema import CreateSchema

    statements: list[tuple[str, str, bool]] = []
    schemas, last = {"public"}, [module_name]

    def label(element: Any) -> str:
        if known := getattr(element, "telamon_place", None):
            return str(known)
        table = element if isinstance(element, sqlalchemy.Table) else getattr(element, "table", None)
        if isinstance(table, sqlalchemy.Table):
            place = places.get(id(table), module_name)
            last[0] = f"{place} (table {table.key})"
        elif hasattr(element, "name"):
            return f"{module_name} ({element.name})"
        return last[0]

    def compiled(construct: Any) -> str:
        if isinstance(construct, str):
            return construct
        if isinstance(construct, sqlalchemy.schema.ExecutableDDLElement):
            return str(construct.compile(dialect=engine.dialect))
        return str(construct.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True}))

    def execute(construct: Any, parameters: Any = None, *_: Any, **__: Any) -> None:
        element = construct if hasattr(construct, "telamon_place") else getattr(construct, "element", None)
        if isinstance(construct, CreateSchema):
            schemas.add(str(element))
        schema = getattr(element, "schema", None) or getattr(getattr(element, "table", None), "schema", None)
        if schema and schema not in schemas:
            schemas.add(schema)
            statements.append((label(element), compiled(CreateSchema(schema, if_not_exists=True)), False))
        if parameters and hasattr(construct, "values"):
            construct = construct.values(parameters)
        elif parameters and hasattr(construct, "bindparams"):
            construct = construct.bindparams(**parameters)
        statement = compiled(construct).strip()
        is_index = isinstance(construct, sqlalchemy.schema.CreateIndex)
        statements.append((label(element), statement, is_index))

    # A named paramstyle, since the driver's own doubles every percent sign, which is undone only when it executes.
    engine = sqlalchemy.create_mock_engine("postgresql+psycopg://", execute, paramstyle="named")
    engine.exec_driver_sql = execute
    metadata.create_all(engine, tables=tables, checkfirst=False)
    # A table keeps its indexes in a set: sorted, so that the same models always give the same SQL.
    groups = itertools.groupby(statements, key=lambda each: (each[0], each[2]))
    runs = [sorted(run) if is_index else list(run) for (_, is_index), run in groups]
    return [(place, text) for run in runs for place, text, _ in run]
