"""Applying 200 files of 5 statements against psql running the same files, one transaction a file (bar P9)."""

from __future__ import annotations

from measure import TELAMON, Bench, Cost, Line, bench, best, programs, show

FILES = 200
ROUNDS = 3


def database(here: Bench) -> str:
    """The URL of an empty database."""
    return here.telamon("dev", "url").output.strip()


def main() -> None:
    """Prints the ratios."""
    psql = str(programs() / "psql")
    with bench() as here:
        migrations = here.folder / "migrations"
        migrations.mkdir()
        for number in range(FILES):
            text = (
                f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL);\n"
                f"CREATE INDEX t{number}_name ON t{number} (name);\n"
                f"COMMENT ON TABLE t{number} IS 'number {number}';\n"
                f"ALTER TABLE t{number} ADD COLUMN amount numeric NOT NULL DEFAULT 0;\n"
                f"ALTER TABLE t{number} ADD CHECK (amount >= 0);\n"
            )
            (migrations / f"{20260101000000 + number}_step.sql").write_text(text)
        names = sorted(path.name for path in migrations.glob("*.sql"))
        script = "".join(f"BEGIN;\n\\i migrations/{name}\nCOMMIT;\n" for name in names)
        (here.folder / "all.sql").write_text(script)
        here.run(TELAMON, "migrate", "hash")

        def with_psql() -> Cost:
            return here.run(psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "all.sql", database(here))

        def with_telamon() -> Cost:
            return here.telamon("migrate", "apply", "--url", database(here))

        url = database(here)
        here.telamon("migrate", "apply", "--url", url)
        start = best(lambda: here.telamon("migrate", "apply", "--url", url)).wall  # nothing to do: start and look
        empty = best(lambda: here.run(psql, "-Xq", "-c", "SELECT 1", url)).wall
        peer, ours = best(with_psql, ROUNDS).wall, best(with_telamon, ROUNDS).wall
        show(
            f"{FILES} files of 5 statements",
            [
                Line("P9", "apply : psql, each less its start-up", ours - start, peer - empty, 1.3),
                Line("", "apply : psql, all of it", ours, peer, None),
            ],
        )


if __name__ == "__main__":
    main()
