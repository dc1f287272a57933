"""Replaying 500 migrations: once, and from the replay cache (bar P10)."""

from __future__ import annotations

import json
import sys

from measure import TELAMON, Line, bench, show

FILES = 500
RATIO = 20  # the cache must be this much faster

REPLAY = """
import json, time
from telamon.dev import open_dev
from telamon.directory import Directory
from telamon.replay import replay

def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

directory = Directory.read("migrations")
with open_dev() as dev:
    dev.create().drop()  # starts the server
    first = timed(lambda: replay(directory, dev).drop())
    cached = min(timed(lambda: replay(directory, dev).drop()) for _ in range(5))
    key = directory.chain_key(None)
    copy = min(timed(lambda: dev.create(key).drop()) for _ in range(5))
print(json.dumps([first, cached, copy]))
"""


def main() -> None:
    """Prints the ratios."""
    with bench() as here:
        migrations = here.folder / "migrations"
        migrations.mkdir()
        for number in range(FILES):
            text = (
                f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL);\n"
                f"CREATE INDEX t{number}_name ON t{number} (name);\n"
                f"ALTER TABLE t{number // 2} ADD COLUMN c{number} text;\n"
            )
            (migrations / f"{20260101000000 + number}_step.sql").write_text(text)
        here.run(TELAMON, "migrate", "hash")
        first, cached, copy = json.loads(here.run(sys.executable, "-c", REPLAY).output)
        show(
            f"Replay of {FILES} migrations",
            [
                Line("P10", "cached : replayed", cached, first, 1 / RATIO),
                # Half as much again: the clock sees the directory being read, too, and other processes.
                Line("P10", "cached : one copy of the template", cached, copy, 1.5),
            ],
        )


if __name__ == "__main__":
    main()
