"""`migrate diff` on large schemas against pg_dump and psql in the same run (bars P1 to P6).

python bench/diff.py [tables ...]
"""

from __future__ import annotations

import json
import resource
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

CHANGE = """
import sys, time, json, psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from telamon.catalog.read import read_catalog
from telamon.diff import diff
from telamon.kinds.base import Server
from telamon.plan import make_plan
url, changed = sys.argv[1], make_conninfo(sys.argv[1], dbname="changed")
with psycopg.connect(url, autocommit=True) as connection:
    source = connection.info.dbname
    old = read_catalog(connection)
with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
    connection.execute(sql.SQL("CREATE DATABASE changed TEMPLATE {}").format(sql.Identifier(source)))
with psycopg.connect(changed, autocommit=True) as connection:
    plain = (fact for fact in old if fact.kind == "table" and not fact.spec.inherits)
    tables = sorted(fact.id for fact in plain if not (fact.spec.partition or fact.spec.partition_key))[::100]
    for _, schema, name in tables:
        table = sql.Identifier(schema, name)
        connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN one_percent text").format(table))
    connection.execute("SELECT count(*) FROM pg_class")
    times = []
    for _ in range(3):
        new = None
        start = time.perf_counter()
        new = read_catalog(connection)
        times.append(time.perf_counter() - start)
start = time.perf_counter()
for catalog in (old, new):
    assert next(iter(catalog)).links.found
plan = make_plan(old, new, Server(new.version_num))
took = time.perf_counter() - start
assert len(plan.steps) == len(tables) == len(diff(old, new).added)
with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
    connection.execute("DROP DATABASE changed")
print(json.dumps([took, min(times)]))
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
    took, reading = json.loads(here.run(sys.executable, "-c", CHANGE, url).output)
    lines.append(Line("P5", "diff and plan of 1 %, with all dependencies : reading one catalog", took, reading, 1.0))

    def diff(name: str) -> Cost:
        return here.telamon("migrate", "diff", name, "--to", "file://schema.sql", cwd=project)

    here.forget()
    first = diff("first").wall
    lines.append(Line("", "first migration of an empty directory : psql + pg_dump", first, load + dump, None))

    here.forget()
    wanted.write_text(with_column(text, "note_0"))
    lines.append(Line("P3", "one column, nothing cached : psql + pg_dump", diff("cold").wall, load + dump, 1.5))

    warm = [one_column(here, project, text, f"note_{number}") for number in range(1, 4)]
    bar = None if tables < 1_000 else 1.0 if tables < 10_000 else 0.5
    lines.append(Line("P2", "one column, warm cache : pg_dump", min(cost.wall for cost in warm), dump, bar))

    diff("settles")  # the last edit was undone: directory and schema differ until this one
    diff("nothing")
    nothing = best(lambda: diff("nothing")).wall
    version = best(lambda: here.telamon("--version")).wall
    files = best(lambda: here.telamon("migrate", "hash", cwd=project)).wall - version
    peer = version + max(files, 0.0) / 2  # twice the start plus once the files is the bar
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of all that ran, pg_dump and psql, too
    lines.append(Line("P6", "MiB of memory at most : 1 GiB", peak, 1024, 1.0))
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
