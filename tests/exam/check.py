"""Holds results of the exam against known.toml: what fails must be listed there, and what is listed must fail.

python tests/exam/check.py RESULTS.jsonl ...
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

KNOWN = Path(__file__).with_name("known.toml")
UNCOUNTED = ("unloadable", "absent")


def results(paths: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(case, verdict, reason) of each result."""
    for path in paths:
        for line in Path(path).read_text().splitlines():
            found = json.loads(line)
            key = f"{found['corpus']}/{found['case']}@{found['server']}{':backward' if found['reverse'] else ''}"
            yield key, found["verdict"], found["reason"]


def complaints(known: dict[str, str], found: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """What is not as the list says."""
    for key, verdict, reason in found:
        if verdict in UNCOUNTED:
            continue
        if verdict == "pass" and key in known:
            yield f"{key} passes: take it from {KNOWN.name}"
        elif verdict != "pass" and key not in known:
            yield f"{key}: {verdict}: {' '.join(reason.split())[:300]}"


def main() -> int:
    """Prints all complaints; 1 if there are any."""
    wrong = list(complaints(tomllib.loads(KNOWN.read_text()), results(sys.argv[1:])))
    print("\n".join(wrong) or "All results are as known.toml says.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
