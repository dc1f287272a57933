"""Options of foreign objects: free keys with text values."""

from __future__ import annotations

from collections.abc import Sequence

from telamon.quote import ident, literal


def options_clause(options: Sequence[str]) -> str:
    """`OPTIONS (...)` for CREATE, from `key=value` as the catalogs hold them; "" when there are none."""
    pairs = (option.partition("=") for option in options)
    listed = ", ".join(f"{ident(key)} {literal(value)}" for key, _, value in pairs)
    return f"OPTIONS ({listed})" if listed else ""


def options_change(old: Sequence[str], new: Sequence[str]) -> str:
    """`OPTIONS (ADD ..., SET ..., DROP ...)` for ALTER; "" when nothing changes."""
    have, want = as_mapping(old), as_mapping(new)
    words = [f"DROP {ident(key)}" for key in have if key not in want]
    for key, value in want.items():
        if have.get(key) != value:
            words.append(f"{'SET' if key in have else 'ADD'} {ident(key)} {literal(value)}")
    return f"OPTIONS ({', '.join(words)})" if words else ""


def as_mapping(options: Sequence[str]) -> dict[str, str]:
    """The options by key, in their order."""
    return {key: value for key, _, value in (option.partition("=") for option in options)}
