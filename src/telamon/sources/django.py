"""Django: what `migrate` would make of the models of all installed apps, had they no migrations."""

from __future__ import annotations

import sys
from pathlib import Path

from telamon.errors import TelamonError
from telamon.sources.python import Project, module_name, statements_of
from telamon.sources.types import SqlSource


def open_django(rest: str, base: Path, python: str | None) -> SqlSource:
    """Returns the schema of a Django project's models.

    The settings are imported in a process of their own, with `base` as its working directory. No database is asked, nor
    need one be configured: Django's schema editor collects the SQL. Extensions and collations, which are no part of
    models, are those that the migrations of the apps create. Models that Django does not manage are named on stderr.

    Args:
        rest: the settings module, as in DJANGO_SETTINGS_MODULE.
        base: the folder of manage.py.
        python: the project's interpreter; `TELAMON_PYTHON`, else the running one, if None.

    Raises:
        UsageError: the name is not one of a module.
        TelamonError: Django is not installed, or the settings, an app or its models do not import.
    """
    label = f"django://{rest}"
    settings = module_name(rest, label, "Write it as in DJANGO_SETTINGS_MODULE: django://mysite.settings")
    answer = Project(label, base, python).ask("django_child", settings, settings)
    if not answer["statements"]:
        raise TelamonError(
            f"No models are found with {rest}",
            where=label,
            do="Add the apps that have models to INSTALLED_APPS.",
        )
    if unmanaged := answer["unmanaged"]:
        print(f"Models that Django does not manage are left out: {', '.join(unmanaged)}", file=sys.stderr, flush=True)
    return SqlSource(statements_of(answer), ordered=False, label=label)
