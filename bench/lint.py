"""`migrate lint` on large schemas against pg_dump in the same run, and of many files.

python bench/lint.py [tables ...]
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from measure import Bench, Line, bench, best, programs, show

from schema import schema

STATEMENTS = (
    "ALTER TABLE {table} ADD COLUMN note_{number} text;",
    "COMMENT ON COLUMN {table}.note_{number} IS 'A note';",
    "CREATE INDEX note_{number}_idx ON {table} (note_{number});",
    "ALTER TABLE {table} ADD CONSTRAINT note_{number}_check CHECK (note_{number} <> '');",
    "ALTER TABLE {table} ALTER COLUMN note_{number} SET NOT NULL;",
)
"""What each of many files holds, on a table of its own."""


def measure(here: Bench, tables: int) -> list[Line]:
    """All bars for one size."""
    text = schema(tables, here.folder)
    project = here.folder / f"tables-{tables}"
    project.mkdir()
    (project / "schema.sql").write_text(text)
    here.telamon("migrate", "diff", "first", "--to", "file://schema.sql", cwd=project)
    url = here.telamon("dev", "url").output.strip()
    here.run(str(programs() / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", str(project / "schema.sql"), url)
    names = table_names(here, url)
    lines = []

    add(here, project, "30000101000000_one.sql", statements(names[len(names) // 2], 0)[:1])
    lint = ("migrate", "lint", "--latest", "1", "--format", "json")
    first = here.telamon(*lint, cwd=project, accept=(3,)).wall
    # One after the other, so that both see the machine equally busy.
    pairs = [
        (
            here.telamon(*lint, cwd=project, accept=(3,)).wall,
            here.run(str(programs() / "pg_dump"), "--schema-only", url).wall,
        )
        for _ in range(7)
    ]
    one, dump = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    lines.append(Line("", "one new file, nothing cached : pg_dump", first, dump, None))
    lines.append(Line("lint", "one new file, warm cache : pg_dump", one, dump, 1.5))

    costs = {}
    for count in (50, 200):
        for path in (project / "migrations").glob("3*.sql"):
            path.unlink()
        for number in range(count):
            name = f"3000{number:04}000000_many.sql"
            add(here, project, name, statements(names[number % len(names)], number), seal=False)
        here.telamon("migrate", "hash", cwd=project)
        many = ("migrate", "lint", "--latest", str(count), "--format", "json")
        costs[count] = best(lambda many=many: here.telamon(*many, cwd=project, accept=(3,)), 3).wall  # type: ignore[misc]
    lines.append(Line("", "50 files of 5 statements : one file", costs[50], one, None))
    lines.append(
        Line("linear", "200 files of 5 statements : 50, each less one file", costs[200] - one, costs[50] - one, 4.4)
    )
    shutil.rmtree(project)
    return lines


def add(here: Bench, project: Path, name: str, lines: list[str], *, seal: bool = True) -> None:
    """Writes a migration."""
    (project / "migrations" / name).write_text("\n".join(lines) + "\n")
    if seal:
        here.telamon("migrate", "hash", cwd=project)


def statements(table: str, number: int) -> list[str]:
    """The statements of one file."""
    return [each.format(table=table, number=number) for each in STATEMENTS]


def table_names(here: Bench, url: str) -> list[str]:
    """The tables that statements can be about, quoted."""
    query = (
        "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND NOT relispartition ORDER BY oid"
    )
    return here.run(str(programs() / "psql"), "-XqAt", "-c", query, url).output.split("\n")[:-1]


def main() -> None:
    """Prints a table for each size."""
    for tables in map(int, sys.argv[1:] or ("1000",)):
        with bench() as here:
            show(f"{tables} tables", measure(here, tables))


if __name__ == "__main__":
    main()
