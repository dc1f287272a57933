"""Applying 200 files of 5 statements against psql, dbmate and Alembic running the same (bar P9).

The contestants take turns, so that a disturbance of the machine meets all of them, and the least of each counts: seconds
of the clock, and CPU seconds, which a busy machine changes less.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from measure import TELAMON, Bench, Cost, Line, bench, programs, show

FILES = 200
ROUNDS = 5
DBMATE = "dbmate@2.36.0"
DBMATE_MORE = 0.5  # seconds that may be added to dbmate's

ENV = """
import sys
from alembic import context
from sqlalchemy import create_engine, pool
with create_engine(context.get_x_argument(as_dictionary=True)["url"], poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""


def statements(number: int) -> list[str]:
    """What one file does."""
    return [
        f"CREATE TABLE t{number} (id bigint PRIMARY KEY, name text NOT NULL);",
        f"CREATE INDEX t{number}_name ON t{number} (name);",
        f"COMMENT ON TABLE t{number} IS 'number {number}';",
        f"ALTER TABLE t{number} ADD COLUMN amount numeric NOT NULL DEFAULT 0;",
        f"ALTER TABLE t{number} ADD CHECK (amount >= 0);",
    ]


def write(here: Bench) -> None:
    """Writes the same migrations for everybody."""
    for name in ("migrations", "dbmate", "alembic", "alembic/versions"):
        (here.folder / name).mkdir()
    (here.folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (here.folder / "alembic" / "env.py").write_text(ENV)
    script = []
    for number in range(FILES):
        text, version = "\n".join(statements(number)) + "\n", 20260101000000 + number
        (here.folder / "migrations" / f"{version}_step.sql").write_text(text)
        (here.folder / "dbmate" / f"{version}_step.sql").write_text(f"-- migrate:up\n{text}\n-- migrate:down\n")
        script.append(f"BEGIN;\n\\i migrations/{version}_step.sql\nCOMMIT;\n")
        body = "".join(f"    op.execute({each!r})\n" for each in statements(number))
        before = f"'r{number - 1}'" if number else None
        (here.folder / "alembic" / "versions" / f"r{number}_step.py").write_text(
            f"from alembic import op\nrevision, down_revision = 'r{number}', {before}\ndef upgrade():\n{body}"
        )
    (here.folder / "all.sql").write_text("".join(script))
    here.run(TELAMON, "migrate", "hash")


def tcp(here: Bench, url: str) -> str:
    """The URL as dbmate takes it: its driver wants the socket's folder as a parameter, and no encryption."""
    parts = urlsplit(url)
    host = parse_qs(parts.query)["host"][0]
    return f"postgres://{parts.username}@{parts.path}?socket={host}&sslmode=disable"


def dbmate(here: Bench) -> Path | None:
    """dbmate's program from npm, None where there is no npm."""
    if shutil.which("npm") is None:
        return None
    (here.folder / "package.json").write_text('{"private": true}\n')
    here.run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", DBMATE)
    [program] = (here.folder / "node_modules" / "@dbmate").glob("*/bin/dbmate")
    return program


def least(contestants: dict[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """The least wall time and the least CPU time of each, over rounds in which all take their turn."""
    found: dict[str, Cost] = {}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            cost, before = run(), found.get(name)
            found[name] = Cost(min(cost.wall, before.wall), min(cost.cpu, before.cpu)) if before else cost
    return found


def main() -> None:
    """Prints the ratios."""
    psql = str(programs() / "psql")
    with bench() as here:
        write(here)
        program = dbmate(here)
        fresh = lambda: here.telamon("dev", "url").output.strip()  # noqa: E731
        full = fresh()
        here.telamon("migrate", "apply", "--url", full)

        def with_dbmate() -> Cost:
            flags = ["--url", tcp(here, fresh()), "--migrations-dir", "dbmate", "--no-dump-schema", "up"]
            return here.run(str(program), *flags)

        def with_alembic() -> Cost:
            url = fresh().replace("postgresql://", "postgresql+psycopg://", 1)
            return here.run(sys.executable, "-m", "alembic", "-x", f"url={url}", "upgrade", "head")

        contestants = {
            "telamon": lambda: here.telamon("migrate", "apply", "--url", fresh()),
            "telamon, nothing to do": lambda: here.telamon("migrate", "apply", "--url", full),
            "psql": lambda: here.run(psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "all.sql", fresh()),
            "psql, nothing to do": lambda: here.run(psql, "-Xq", "-c", "SELECT 1", full),
            "alembic": with_alembic,
        }
        if program:
            contestants["dbmate"] = with_dbmate
        took = least(contestants)
        ours, start = took["telamon"], took["telamon, nothing to do"]
        peer, empty = took["psql"], took["psql, nothing to do"]
        lines = [
            Line("P9", "apply : psql, each less its start-up", ours.wall - start.wall, peer.wall - empty.wall, 1.3),
            Line("P9", "apply : alembic upgrade", ours.wall, took["alembic"].wall, 0.4),
            Line("", "the same, CPU of the client", ours.cpu, took["alembic"].cpu, None),
            Line("", "apply : psql, all of it", ours.wall, peer.wall, None),
        ]
        if program:
            theirs = took["dbmate"].wall
            lines.insert(1, Line("P9", f"apply : dbmate and {DBMATE_MORE:g} s", ours.wall, theirs + DBMATE_MORE, 1))
        show(f"{FILES} files of 5 statements, least of {ROUNDS} rounds in turn", lines)


if __name__ == "__main__":
    main()
