"""Replaying 500 migrations: once, and from the replay cache (bar P10)."""

from __future__ import annotations

import json
import sys

from measure import TELAMON, Line, bench, show

FILES = 500
RATIO = 20  # the cache must be this much faster

ROUNDS, CACHED = 3, 3  # cold runs, and cached ones after each

RUN = """
import json, time
from telamon.dev import open_dev
from telamon.directory import Directory
from telamon.replay import replay

directory = Directory.read("migrations")
with open_dev() as dev:
    dev.create().drop()  # starts the server
    start = time.perf_counter()
    replay(directory, dev).drop()
    replayed = time.perf_counter() - start
    start = time.perf_counter()
    dev.create(directory.chain_key(None)).drop()  # copies: the spare, if there was one, is taken
    copied = time.perf_counter() - start
    start = time.perf_counter()
left = time.perf_counter() - start
while dev.cluster.running():
    time.sleep(0.01)
print(json.dumps([replayed, left, copied]))
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
        # Each is a run of its own, as a user's are, when the server has come to rest after the one before. What a run
        # leaves to the server (a spare copy for the next one) is waited for by no run; its leaving is counted.
        firsts: list[float] = []
        rounds: list[list[float]] = []
        for _ in range(ROUNDS):
            here.forget()
            cold, *warm = [json.loads(here.run(sys.executable, "-c", RUN).output) for _ in range(1 + CACHED)]
            firsts.append(sum(cold[:2]))
            rounds += warm
        replayed, cached, copy = min(firsts), min(sum(each[:2]) for each in rounds), min(each[2] for each in rounds)
        show(
            f"Replay of {FILES} migrations",
            [
                Line("P10", "cached : replayed", cached, replayed, 1 / RATIO),
                # Half as much again: the clock sees the directory being read, too, and other processes.
                Line("P10", "cached : one copy of the template", cached, copy, 1.5),
            ],
        )


if __name__ == "__main__":
    main()
