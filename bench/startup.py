"""Start-up: commands that need no database against a bare click program (bar P7)."""

from __future__ import annotations

import sys

from measure import TELAMON, Bench, Cost, Line, bench, show

ROUNDS = 15
FILES = 20
BARE = """
import click

@click.group()
@click.version_option("1")
def main(): pass

@main.command()
def hello(): pass

main()
"""


def cheapest(bench: Bench, *command: str) -> Cost:
    """The cheapest run in CPU time, which other processes disturb less than the clock."""
    return min((bench.run(*command) for _ in range(ROUNDS)), key=lambda cost: cost.cpu)


def main() -> None:
    """Prints the ratios."""
    with bench() as here:
        (here.folder / "bare.py").write_text(BARE)
        (here.folder / "migrations").mkdir()
        for number in range(FILES):
            path = here.folder / "migrations" / f"202601010000{number:02}_step.sql"
            path.write_text(
                f"-- Create table t{number}\nCREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL);\n"
            )
        here.run(TELAMON, "migrate", "hash")
        bare = cheapest(here, sys.executable, "bare.py", "--version").cpu
        lines = [
            Line("P7", f"telamon {' '.join(arguments)}", cheapest(here, TELAMON, *arguments).cpu, bare, 1.5)
            for arguments in (("--version",), ("migrate", "hash"), ("migrate", "validate", "--no-replay"))
        ]
        show(f"CPU seconds against a bare click program, {FILES} migrations", lines)


if __name__ == "__main__":
    main()
