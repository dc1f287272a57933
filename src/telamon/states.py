"""Atlas's `env://` URLs: what an attribute of the environment says."""

from __future__ import annotations

from collections.abc import Sequence

from telamon.errors import UsageError
from telamon.project import Env

_SCHEME = "env://"


def resolved(specs: Sequence[str], env: Env) -> list[str]:
    """The specs, with `env://src` and the like replaced by what the environment says.

    Raises:
        UsageError: the environment does not say it.
    """
    found: list[str] = []
    for spec in specs:
        found += _attribute(spec, env) if spec.startswith(_SCHEME) else [spec]
    return found


def resolved_one(spec: str | None, env: Env) -> str | None:
    """As `resolved`, for what has one value.

    Raises:
        UsageError: the environment does not say it, or names several.
    """
    if spec is None:
        return None
    values = resolved([spec], env)
    if len(values) != 1:
        raise UsageError(f"{spec} has {len(values)} values, and one is needed", do="Name one of them.")
    return values[0]


def _attribute(spec: str, env: Env) -> list[str]:
    name = spec.removeprefix(_SCHEME)
    if name in ("src", "schema.src"):
        values = list(env.src)
    elif name == "url":
        values = [env.url] if env.url else []
    elif name == "dev":
        values = [env.dev]
    elif name == "migration.dir":
        values = [f"file://{env.dir}"] if env.dir else []
    else:
        extra = dict(env.atlas.extra) if env.atlas else {}
        values = [str(extra[name]())] if name in extra else []
    if not values:
        raise UsageError(f"The environment {env.name} has no {name}", where=spec, do="Give --env, or set it there.")
    return values
