"""`migrate diff` on large schemas against pg_dump and psql in the same run (bars P1 to P4).

python bench/diff.py [tables ...]
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from measure import Bench, Cost, Line, bench, best, programs, show

from schema import schema, with_column

READ = """
import sys, time, json, psycopg
from telamon.catalog.read import read_catalog
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    times = []
    for _ in range(4):  # the first fills the server's caches
        catalog = None  # to let go of the last one is no part of reading the next
        start = time.perf_counter()
        catalog = read_catalog(connection)
        times.append(time.perf_counter() - start)
print(json.dumps([min(times[1:]), len(catalog.facts)]))
"""


def measure(here: Bench, tables: int) -> list[Line]:
    """All bars for one size."""
    text = schema(tables, here.folder)
    project = here.folder / f"tables-{tables}"
    project.mkdir()
    wanted = project / "schema.sql"
    wanted.write_text(text)

    here.telamon("dev", "status")
    url = here.telamon("dev", "url").output.strip()
    load = here.run(str(programs() / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", str(wanted), url).wall
    dump = best(lambda: here.run(str(programs() / "pg_dump"), "--schema-only", url), 3).wall
    reading, facts = json.loads(here.run(sys.executable, "-c", READ, url).output)
    lines = [Line("P4", f"reading a catalog of {facts} facts : pg_dump", reading, dump, 0.35)]

    def diff(name: str) -> Cost:
        return here.telamon("migrate", "diff", name, "--to", "file://schema.sql", cwd=project)

    here.forget()
    first = diff("first").wall
    lines.append(Line("", "first migration of an empty directory : psql + pg_dump", first, load + dump, None))

    here.forget()
    wanted.write_text(with_column(text, "note_0"))
    lines.append(Line("P3", "one column, nothing cached : psql + pg_dump", diff("cold").wall, load + dump, 1.5))

    warm = [one_column(here, project, text, f"note_{number}") for number in range(1, 4)]
    lines.append(Line("P2", "one column, warm cache : pg_dump", min(cost.wall for cost in warm), dump, 1.0))

    diff("settles")  # the last edit was undone: directory and schema differ until this one
    diff("nothing")
    nothing = best(lambda: diff("nothing")).wall
    version = best(lambda: here.telamon("--version")).wall
    files = best(lambda: here.telamon("migrate", "hash", cwd=project)).wall - version
    peer = version + max(files, 0.0) / 2  # twice the start plus once the files is the bar
    lines.append(Line("P1", "nothing changed : telamon --version, reading and hashing", nothing, peer, 2))
    return lines


def one_column(here: Bench, project: Path, text: str, name: str) -> Cost:
    """A diff of one column whose migration is taken back, so that the next one starts where this one did."""
    migrations, kept = project / "migrations", project / "kept"
    shutil.copytree(migrations, kept)
    (project / "schema.sql").write_text(with_column(with_column(text, "note_0"), name))
    cost = here.telamon("migrate", "diff", name, "--to", "file://schema.sql", cwd=project)
    shutil.rmtree(migrations)
    kept.rename(migrations)
    return cost


def main() -> None:
    """Prints a table for each size."""
    for tables in map(int, sys.argv[1:] or ("100", "1000")):
        with bench() as here:
            show(f"{tables} tables", measure(here, tables))


if __name__ == "__main__":
    main()
