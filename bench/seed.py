"""Seeding 1,000,000 rows by CSV against psql's \\copy of the same file into the same table (bar 1.5)."""

from __future__ import annotations

from measure import Bench, Cost, Line, bench, best, programs, show

ROWS = 1_000_000
ROUNDS = 3
TABLE = "CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, age int CHECK (age > 0), joined date);"


def database(here: Bench) -> str:
    """The URL of a database with the empty table."""
    url = here.telamon("dev", "url").output.strip()
    here.run(str(programs() / "psql"), "-Xq", "-c", TABLE, url)
    return url


def main() -> None:
    """Prints the ratios."""
    psql = str(programs() / "psql")
    with bench() as here:
        seeds = here.folder / "seeds"
        seeds.mkdir()
        with (seeds / "people.csv").open("w") as file:
            file.write("id,email,age,joined\n")
            for n in range(1, ROWS + 1):
                file.write(f"{n},person{n}@example.org,{n % 90 + 1},2020-01-{n % 28 + 1:02}\n")
        copy = "\\copy people (id, email, age, joined) FROM 'seeds/people.csv' (FORMAT csv, HEADER)"

        def with_psql() -> Cost:
            url = database(here)
            return here.run(psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-c", copy, url)

        def with_telamon() -> Cost:
            url = database(here)
            return here.telamon("seed", "apply", "--url", url)

        # By turns: what else the machine does meanwhile meets both.
        rounds = [(with_psql().wall, with_telamon().wall) for _ in range(ROUNDS)]
        peer, ours = min(wall for wall, _ in rounds), min(wall for _, wall in rounds)
        url = database(here)
        here.telamon("seed", "apply", "--url", url)
        again = best(lambda: here.telamon("seed", "apply", "--url", url), ROUNDS).wall
        forced = here.telamon("seed", "apply", "--force", "--url", url).wall
        show(
            f"{ROWS:,} rows by CSV",
            [
                Line("", "seed apply : psql \\copy", ours, peer, 1.5),
                Line("", "nothing changed : psql \\copy", again, peer, None),
                Line("", "upserted again, all the same : psql \\copy", forced, peer, None),
            ],
        )


if __name__ == "__main__":
    main()
