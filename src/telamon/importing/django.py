"""Django: what `sqlmigrate` prints for each migration, in the order in which `migrate` would run them."""

from __future__ import annotations

import ast
import json
import os

from telamon.dev import Dev
from telamon.errors import UsageError
from telamon.importing.child import ask
from telamon.importing.texts import read
from telamon.importing.types import Foreign, Found

_PYTHON_ONLY = "THIS OPERATION CANNOT BE WRITTEN AS SQL"
_VARIABLE = "DJANGO_SETTINGS_MODULE"


def read_django(path: str, dev: Dev, python: str | None) -> Found:
    """The migrations of all installed apps, Django's own included.

    They are run one after the other on a dev database, for some ask the database for the names of constraints.

    Args:
        path: the folder of manage.py, or that file.

    Raises:
        UsageError: there is no manage.py, or it names no settings.
        TelamonError: Django is not installed, or the project fails.
    """
    from psycopg.conninfo import conninfo_to_dict

    manage = path if path.endswith(".py") else f"{path}/manage.py"
    if not os.path.exists(manage):
        raise UsageError("There is no manage.py", where=path, do="Give the folder in which it is.")
    base = os.path.abspath(os.path.dirname(manage))
    with dev.create() as database:
        known = conninfo_to_dict(database.conninfo)
        names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
        chosen = {key: str(known.get(name) or "") for key, name in names.items()}
        answer = ask(
            "django_child.py", [settings_module(manage), json.dumps(chosen)], base, python, "manage.py sqlmigrate"
        )
    found = Found()
    for number, each in enumerate(answer["migrations"], 1):
        origin = f"{base}: {each['name']}"
        if _PYTHON_ONLY in each["sql"]:
            found.notes.append(f"{each['name']} has operations in Python, which are not in it: write them as SQL")
        description = each["name"].replace(".", "_")
        found.migrations.append(
            Foreign((number,), f"{number:04}", description, f"{each['sql']}\n", "", each["atomic"], origin=origin)
        )
    return found


def settings_module(manage: str) -> str:
    """The settings that manage.py sets, unless the environment names others.

    Raises:
        UsageError: it sets none.
    """
    if named := os.environ.get(_VARIABLE):
        return named
    try:
        tree = ast.parse(read(manage))
    except SyntaxError as error:
        raise UsageError("manage.py is not Python", where=f"{manage}:{error.lineno}", why=str(error.msg)) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) == 2:
            name, value = node.args
            if isinstance(name, ast.Constant) and name.value == _VARIABLE and isinstance(value, ast.Constant):
                return str(value.value)
    raise UsageError("manage.py names no settings", where=manage, do=f"Set {_VARIABLE}.")
