"""Applying 200 files of 5 statements against psql, dbmate and Alembic running the same (bar P9).

The contestants take turns, so that a disturbance of the machine meets all of them, and the least of each counts: in
seconds of the clock, and in CPU seconds of client and server together, which a busy machine changes less.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from measure import ROUNDS, TELAMON, Bench, Cost, Line, bench, in_turn, programs, show

FILES = 200
DBMATE = "dbmate@2.36.0"
DBMATE_MORE = 0.5  # seconds that may be added to dbmate's

SQL = """CREATE TABLE t{0} (id bigint PRIMARY KEY, name text NOT NULL);
CREATE INDEX t{0}_name ON t{0} (name);
COMMENT ON TABLE t{0} IS 'number {0}';
ALTER TABLE t{0} ADD COLUMN amount numeric NOT NULL DEFAULT 0;
ALTER TABLE t{0} ADD CONSTRAINT t{0}_amount CHECK (amount >= 0);
"""
# The same as a revision of Alembic.
REVISION = '''"""step"""
from alembic import op
import sqlalchemy as sa

revision = "r{0}"
down_revision = {1}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "t{0}",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("t{0}_name", "t{0}", ["name"])
    op.create_table_comment("t{0}", "number {0}")
    op.add_column("t{0}", sa.Column("amount", sa.Numeric(), server_default="0", nullable=False))
    op.create_check_constraint("t{0}_amount", "t{0}", "amount >= 0")
'''


def write(here: Bench) -> None:
    """Writes the same migrations for everybody."""
    here.run(sys.executable, "-m", "alembic", "init", "alembic")
    for name in ("migrations", "dbmate"):
        (here.folder / name).mkdir()
    script = []
    for number in range(FILES):
        text, name = SQL.format(number), f"{20260101000000 + number}_step.sql"
        (here.folder / "migrations" / name).write_text(text)
        (here.folder / "dbmate" / name).write_text(f"-- migrate:up\n{text}\n-- migrate:down\n")
        script.append(f"BEGIN;\n\\i migrations/{name}\nCOMMIT;\n")
        before = f'"r{number - 1}"' if number else None
        revision = here.folder / "alembic" / "versions" / f"r{number}_step.py"
        revision.write_text(REVISION.format(number, before))
    (here.folder / "all.sql").write_text("".join(script))
    here.run(TELAMON, "migrate", "hash")


class Contest:
    """Programs that do the same, each on a database of its own.

    Args:
        here: where.
    """

    def __init__(self, here: Bench) -> None:
        self.here = here
        folder = here.run(str(programs() / "psql"), "-XAtc", "SHOW data_directory", self.fresh()).output.strip()
        self._server = (Path(folder) / "postmaster.pid").read_text().split()[0]

    def fresh(self) -> str:
        """The URL of an empty database."""
        return self.here.telamon("dev", "url").output.strip()

    def run(self, *command: str) -> Cost:
        """Runs a command; its CPU time is that of the server, too."""
        before = self._server_cpu()
        cost = self.here.run(*command)
        time.sleep(0.1)  # until the server knows that its session has ended
        return Cost(cost.wall, cost.cpu + self._server_cpu() - before)

    def _server_cpu(self) -> float:
        """CPU seconds of the sessions that have ended, where the system tells."""
        stat = Path(f"/proc/{self._server}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def dbmate(here: Bench) -> str | None:
    """dbmate's program from npm, None where there is no npm."""
    if shutil.which("npm") is None:
        return None
    (here.folder / "package.json").write_text('{"private": true}\n')
    here.run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", DBMATE)
    [program] = (here.folder / "node_modules" / "@dbmate").glob("*/bin/dbmate")
    return str(program)


def for_dbmate(url: str) -> str:
    """A URL as dbmate takes it: its driver has the socket's folder as a parameter, and would ask for encryption."""
    parts = urlsplit(url)
    host = parse_qs(parts.query)["host"][0]
    return f"postgres://{parts.username}@{parts.path}?socket={host}&sslmode=disable"


def lines(took: dict[str, Cost]) -> Iterator[Line]:
    """The ratios: of the clock, and of CPU time."""
    ours, start, psql, empty = (took[name] for name in ("telamon", "telamon, nothing", "psql", "psql, nothing"))
    less = "apply : psql, each less its start-up"
    yield Line("P9", less, ours.wall - start.wall, psql.wall - empty.wall, 1.3)
    yield Line("P9", f"{less}, CPU", ours.cpu - start.cpu, psql.cpu - empty.cpu, 1.3)
    if peer := took.get("dbmate"):
        yield Line("P9", f"apply : dbmate and {DBMATE_MORE:g} s", ours.wall, peer.wall + DBMATE_MORE, 1)
        yield Line("P9", f"apply : dbmate and {DBMATE_MORE:g} s, CPU", ours.cpu, peer.cpu + DBMATE_MORE, 1)
    yield Line("P9", "apply : alembic upgrade", ours.wall, took["alembic"].wall, 0.4)
    yield Line("P9", "apply : alembic upgrade, CPU", ours.cpu, took["alembic"].cpu, 0.4)
    yield Line("", "apply : psql, all of it", ours.wall, psql.wall, None)


def main() -> None:
    """Prints the ratios."""
    with bench() as here:
        write(here)
        contest, program, psql = Contest(here), dbmate(here), str(programs() / "psql")
        full = contest.fresh()
        here.telamon("migrate", "apply", "--url", full)
        ini = (here.folder / "alembic.ini").read_text()

        def alembic() -> Cost:
            url = contest.fresh().replace("postgresql://", "postgresql+psycopg://", 1).replace("%", "%%")
            (here.folder / "alembic.ini").write_text(ini.replace("driver://user:pass@localhost/dbname", url))
            return contest.run(sys.executable, "-m", "alembic", "upgrade", "head")

        contestants: dict[str, Callable[[], Cost]] = {
            "telamon": lambda: contest.run(TELAMON, "migrate", "apply", "--url", contest.fresh()),
            "telamon, nothing": lambda: contest.run(TELAMON, "migrate", "apply", "--url", full),
            "psql": lambda: contest.run(psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "all.sql", contest.fresh()),
            "psql, nothing": lambda: contest.run(psql, "-Xq", "-c", "SELECT 1", full),
            "alembic": alembic,
        }
        if program:
            flags = ["--migrations-dir", "dbmate", "--no-dump-schema", "up"]
            contestants["dbmate"] = lambda: contest.run(program, "--url", for_dbmate(contest.fresh()), *flags)
        took = in_turn(contestants)
        for name, cost in took.items():
            print(f"{name}: {cost.wall:.2f} s, {cost.cpu:.2f} s of CPU")
        show(f"{FILES} files of 5 statements, the least of {ROUNDS} rounds in turn", list(lines(took)))


if __name__ == "__main__":
    main()
