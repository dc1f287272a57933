"""The schema to which a dev URL is bound: `docker://postgres/16/dev?search_path=public`."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from telamon.errors import UsageError


def bound_dev(spec: str) -> str:
    """The schema of `?search_path=`; "" for the whole database.

    Raises:
        UsageError: another one than `public`.
    """
    path = dict(parse_qsl(urlsplit(spec).query)).get("search_path", "") if "search_path=" in spec else ""
    if path not in ("", "public"):
        raise UsageError(
            f"A dev server bound to the schema {path} is not understood",
            where=spec,
            why="Migrations are replayed with the search path of a new session.",
            do=f"Leave search_path out, write {path}. before names, and give --schema {path}.",
        )
    return path


def unbound(spec: str) -> str:
    """The URL without `search_path`, which libpq does not know."""
    if "search_path=" not in spec:
        return spec
    # Not put together by urllib, which would lose the slashes of postgres:///database.
    head, _, query = spec.partition("?")
    kept = [part for part in query.split("&") if part.partition("=")[0] != "search_path"]
    return f"{head}?{'&'.join(kept)}" if kept else head
