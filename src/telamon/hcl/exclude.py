"""Atlas's patterns of what is left alone, as `Scope` has them."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.errors import UsageError

_IN_SCHEMA = (
    "table",
    "foreign_table",
    "view",
    "materialized_view",
    "function",
    "aggregate",
    "enum",
    "domain",
    "composite",
    "range",
    "sequence",
)
_IN_TABLE = ("column", "foreign_key", "check", "primary_key", "unique", "exclusion", "trigger", "policy")
_TYPES = {
    "schema": ("schema",),
    "table": ("table", "foreign_table"),
    "view": ("view",),
    "materialized": ("materialized_view",),
    "function": ("function",),
    "procedure": ("function",),
    "enum": ("enum",),
    "domain": ("domain",),
    "composite": ("composite",),
    "sequence": ("sequence",),
    "extension": ("extension",),
    "column": ("column",),
    "index": ("index",),
    "fk": ("foreign_key",),
    "check": ("check",),
    "trigger": ("trigger",),
    "policy": ("policy",),
}


def translated(pattern: str, bound: str = "", where: str = "") -> Iterator[str]:
    """Yields the patterns of `Scope` for one of Atlas's: `schema.table.column`, of which trailing parts may be missing.

    Args:
        bound: the one schema to which the URL is bound; then patterns do not name it.
        where: file:line, for messages.

    Raises:
        UsageError: a type that is not known, or more parts than objects have.
    """
    for text in filter(None, (part.strip() for part in pattern.split(","))):
        if ":" in text:
            yield text  # Telamon's own
            continue
        names, selector, types = text.partition("[type=")
        path = [*([bound] if bound else []), *names.split(".")]
        if len(path) > 3:
            raise UsageError(f"{text} has too many parts", where=where, do="Write schema.table.column.")
        kinds = (
            _kinds(types.removesuffix("]"), where) if selector else (("schema",), _IN_SCHEMA, _IN_TABLE)[len(path) - 1]
        )
        for kind in kinds:
            # The names of functions end with their arguments, and indexes have no table in theirs.
            glob = ".".join([path[0], path[2]] if kind == "index" and len(path) == 3 else path)
            yield f"{kind}:{glob}"
            if kind in ("function", "aggregate"):
                yield f"{kind}:{glob}.*"


def _kinds(types: str, where: str) -> tuple[str, ...]:
    found: list[str] = []
    for each in types.split("|"):
        if each not in _TYPES:
            raise UsageError(f"[type={each}] is not known", where=where, do=f"Known are: {', '.join(_TYPES)}.")
        found += _TYPES[each]
    return tuple(found)
