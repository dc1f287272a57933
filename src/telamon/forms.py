"""What Atlas's Go templates mean among the formats of a command."""

from __future__ import annotations

from collections.abc import Sequence


def form_of(text: str, forms: Sequence[str]) -> str | None:
    """The format that a template names; None if it names none of them.

    Args:
        text: `json`, or a template: `{{ json . }}`, `{{ sql . "  " }}`.
        forms: the formats of the command, the usual one first.
    """
    if text in forms:
        return text
    stripped = text.strip().removesuffix("\\n")
    if not (stripped.startswith("{{") and stripped.endswith("}}")) or stripped.count("{{") != 1:
        return None
    words = stripped[2:-2].strip("-").split(maxsplit=2)
    indent = words[2] if len(words) == 3 else '""'
    if words[1:2] != ["."] or not all(part.strip() == "" for part in indent.split('"')[1::2]) or indent[0] != '"':
        return None
    wanted = {"json": "json", "sql": "sql" if "sql" in forms else forms[0]}.get(words[0])
    return wanted if wanted in forms else None
