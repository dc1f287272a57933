"""Programs of npm for these tests: installed once, below `.servers`, and linked into the project that uses them."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent.parent / ".servers" / "npm"
DRIZZLE = ("drizzle-kit@0.31.11", "drizzle-orm@0.45")
OLD_DRIZZLE = ("drizzle-kit@0.20.18", "drizzle-orm@0.30.10")
PRISMA = ("prisma@6.19.3", "@prisma/adapter-pg@6.19.3")


def node_modules(*packages: str) -> Path:
    """The node_modules in which these packages are, whose versions are part of their names."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not on this machine")
    home = HOME / packages[0].replace("/", "-")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = home / "installed.json"
        if not done.exists() or json.loads(done.read_text()) != list(packages):
            (home / "package.json").write_text('{"private": true}\n')
            install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages]
            subprocess.run(install, cwd=home, check=True, stdout=subprocess.DEVNULL)
            done.write_text(json.dumps(packages))
    return home / "node_modules"


def link(folder: Path, *packages: str) -> None:
    """Has a project use these packages."""
    (folder / "node_modules").symlink_to(node_modules(*packages))
