"""A source whose unqualified names belong to one schema: a part of Atlas's `composite_schema`."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from telamon.errors import UsageError
from telamon.sources.types import Source, SqlSource, SqlText


def open_within(rest: str, open_inner: Callable[[str], Source]) -> SqlSource:
    """Returns a source that is executed with a schema, made if need be, as its search path.

    Args:
        rest: `SCHEMA/SPEC`, the schema escaped as in a URL.
        open_inner: opens the spec.

    Raises:
        UsageError: the spec is no SQL text.
    """
    from telamon.quote import ident

    schema, _, spec = rest.partition("/")
    inner = open_inner(spec)
    if not isinstance(inner, SqlSource) or not all(isinstance(item, SqlText) for item in inner.given):
        raise UsageError(
            "Only SQL files and programs that print SQL can be put into a schema",
            where=spec,
            do="Write the schema's name in the source itself, and leave it out of composite_schema.",
        )
    name = ident(unquote(schema))
    # On the first line of the text, so that the lines in messages stay right.
    head = f"CREATE SCHEMA IF NOT EXISTS {name}; SET search_path TO {name}; "
    given = tuple(SqlText(head + item.text, item.path) for item in inner.given if isinstance(item, SqlText))
    return SqlSource(given, inner.ordered, inner.label)
