"""Telamon: schema migrations for PostgreSQL, proved, sealed and patient. The API is `telamon.api`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from telamon.version import __version__

if TYPE_CHECKING:
    from telamon.api import Project, TelamonError, apply, diff
    from telamon.apply.options import Options

__all__ = ["Options", "Project", "TelamonError", "__version__", "apply", "diff"]


def __getattr__(name: str) -> Any:
    """Loads the API when it is first asked for, so that commands that need none of it start fast."""
    if name == "fleet":
        from importlib import import_module

        return import_module("telamon.fleet")
    if name == "Options":
        from telamon.apply.options import Options

        return Options
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from telamon import api

    return getattr(api, name)


class _Package(ModuleType):
    """Two packages have the names of functions of the API. Importing one would put it in the function's place."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
