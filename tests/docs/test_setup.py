"""`make demo` installs what the example needs, in an environment in which nothing else is."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = {".yaml": "pyyaml", ".yml": "pyyaml", ".py": "sqlalchemy"}
"""By which library files of the example's schema are read."""


def test_make_setup_installs_what_the_example_needs() -> None:
    rule = (ROOT / "Makefile").read_text().partition("$(VENV)/.setup:")[2].partition("@touch")[0]
    extras = rule.partition("'.[")[2].partition("]'")[0].split(",")
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    installed = " ".join(each.lower() for extra in extras for each in told[extra])
    suffixes = {file.suffix for file in (ROOT / "examples" / "crm").rglob("*") if "node_modules" not in file.parts}
    for suffix, library in NEEDED.items():
        assert suffix not in suffixes or library in installed, f"{suffix} of the example needs {library}"
