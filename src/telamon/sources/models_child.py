"""Runs in the project's own interpreter, where Telamon need not be: imports models, writes their DDL to a pipe as JSON.

Arguments: the pipe's file descriptor, the module, and the attribute (empty: whatever is found).
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # as `python -m` does; it was this file's folder, whose module names are not the project's

import importlib  # noqa: E402
import itertools  # noqa: E402
import json  # noqa: E402
import pkgutil  # noqa: E402
import sysconfig  # noqa: E402
import traceback  # noqa: E402
from types import FrameType, ModuleType, TracebackType  # noqa: E402
from typing import Any  # noqa: E402

# Where code lies that is not the user's.
_FOREIGN = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def main() -> None:
    pipe, module_name, attribute = int(sys.argv[1]), sys.argv[2], sys.argv[3]

    def answer(**what: Any) -> None:
        with os.fdopen(pipe, "w", encoding="utf-8") as stream:
            json.dump(what, stream)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        shown = traceback.TracebackException(kind, error, trace)
        shown.stack = traceback.StackSummary.from_list([frame for frame in shown.stack if is_users(frame.filename)])
        answer(error="".join(shown.format(chain=False)).rstrip(), kind=kind.__name__)

    sys.excepthook = report
    try:
        import sqlalchemy
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        answer(missing="sqlalchemy")
        return
    places = remember_places(sqlalchemy)
    module = importlib.import_module(module_name)
    if attribute:
        target, holder = module, module_name
        for name in attribute.split("."):
            if not hasattr(target, name):
                known = [each for each in vars(target) if metadata_of(getattr(target, each), sqlalchemy) is not None]
                answer(absent=name, holder=holder, known=known)
                return
            target, holder = getattr(target, name), f"{holder}.{name}"
        found = metadata_of(target, sqlalchemy)
        if not found:
            answer(unfit=type(target).__name__)
            return
    else:
        found = find(module, sqlalchemy)
    statements = []
    for metadata in found:
        statements += ddl_of(metadata, module_name, places, sqlalchemy)
    answer(statements=statements, metadatas=len(found))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that the models started must not keep the answer waiting


def is_users(filename: str) -> bool:
    """Whether a file is the user's own, for a traceback or as the place of a table."""
    if filename.startswith("<") or filename == __file__ or f"{os.sep}site-packages{os.sep}" in filename:
        return False
    return not filename.startswith(_FOREIGN)


def remember_places(sqlalchemy: Any) -> dict[int, str]:
    """Returns a dictionary that fills, while models are imported, with where each table is made."""
    places: dict[int, str] = {}

    def made(table: Any, parent: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame and not is_users(frame.f_code.co_filename):
            frame = frame.f_back
        if frame:
            path = os.path.relpath(frame.f_code.co_filename)
            path = frame.f_code.co_filename if path.startswith("..") else path
            places[id(table)] = f"{path}:{frame.f_lineno}"

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
        return [each for each in unique([each for part in parts if part for each in part]) if each.tables]

    found = shown()
    if not found and hasattr(module, "__path__"):
        for entry in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            if not entry.name.endswith(".__main__"):
                importlib.import_module(entry.name)
        found = shown()
    return found


def unique(values: list[Any]) -> list[Any]:
    return list({id(value): value for value in values}.values())


def ddl_of(metadata: Any, module_name: str, places: dict[int, str], sqlalchemy: Any) -> list[tuple[str, str]]:
    """Returns what `create_all` executes, as pairs of label and SQL, with the schemas that it takes for granted."""
    from sqlalchemy.schema import CreateSchema

    statements: list[tuple[str, str, bool]] = []
    schemas, last = {"public"}, [module_name]

    def label(element: Any) -> str:
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
        element = getattr(construct, "element", None)
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
    metadata.create_all(engine, checkfirst=False)
    # A table keeps its indexes in a set: sorted, so that the same models always give the same SQL.
    groups = itertools.groupby(statements, key=lambda each: (each[0], each[2]))
    runs = [sorted(run) if is_index else list(run) for (_, is_index), run in groups]
    return [(place, text) for run in runs for place, text, _ in run]


if __name__ == "__main__":
    main()
