"""Drift as JSON and as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telamon.drift import Difference, Drift, Explained


def drift_as_json(drift: Drift, explained: Sequence[Explained] = ()) -> str:
    """`{"version", "drift": [{"object", "how"[, "adopt", "revert"]}], "ignored": [{..., "reason"}], "notes"}`.

    An object is written as the configuration's `ignore` takes it.
    """
    both = {each.difference: {"adopt": each.adopt, "revert": each.revert} for each in explained}
    value = {
        "version": drift.where.version,
        "drift": [_json(each) | both.get(each, {}) for each in drift.counting],
        "ignored": [_json(each) | {"reason": each.reason} for each in drift.ignored],
        "notes": list(drift.notes),
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _json(difference: Difference) -> dict[str, str]:
    kind, *path = difference.id
    return {"object": f"{kind}:{'.'.join(path)}", "how": difference.how}


def drift_as_text(drift: Drift, explained: Sequence[Explained] = ()) -> str:
    """A line for each difference; explained ones with the SQL both ways."""
    if not explained:
        return "".join(f"{each}\n" for each in drift.counting)
    return "\n".join(
        f"{each.difference}\n"
        f"  the target came there by (--adopt):\n{_indented(each.adopt)}"
        f"  it goes back by (--revert):\n{_indented(each.revert)}"
        for each in explained
    )


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
