"""Quoting, all of it: names and literals go into SQL through here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from psycopg import sql


@lru_cache(maxsize=65536)
def ident(*names: str) -> str:
    """A possibly qualified name; empty parts (an unqualified schema) are left out."""
    return sql.Identifier(*(name for name in names if name)).as_string(None)


@lru_cache(maxsize=4096)
def literal(text: str) -> str:
    """A string literal."""
    return sql.Literal(text).as_string(None).strip()


def block(text: str) -> str:
    """A text between dollars, as DO takes it."""
    number, tag = 0, "$$"
    while tag in text:
        number, tag = number + 1, f"$_{number}$"
    return f"{tag} {text} {tag}"


def idents(names: Iterable[str]) -> str:
    """Names separated by commas."""
    return ", ".join(ident(name) for name in names)


def role(name: str) -> str:
    """A role in GRANT and the like; the empty name is PUBLIC."""
    return ident(name) if name else "PUBLIC"
