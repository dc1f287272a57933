"""The directory that is applied under fire, and what must be the case at each statement of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner

from telamon.apply import status
from telamon.apply.revisions import IN_FLIGHT
from telamon.catalog.read import read_catalog
from telamon.cli import main
from telamon.directory import Directory
from tests.faults.cluster import Cluster

DATABASE = "fault"

# No statement may be done twice: each either fails then or leaves other rows.
_COMMON = (
    (
        "CREATE TABLE log (n int NOT NULL);",
        "INSERT INTO log VALUES (1);",
        "CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL);",
        "INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 100) n;",
    ),
    (
        "UPDATE t SET a = a + 1000;",
        "INSERT INTO log SELECT max(n) + 1 FROM log;",
        "CREATE INDEX t_b ON t (b);",
        "ALTER TABLE t ADD COLUMN c numeric NOT NULL DEFAULT 5;",
    ),
    (
        "CREATE VIEW v AS SELECT a, c FROM t;",
        "DO $$ BEGIN INSERT INTO log SELECT max(n) + 1 FROM log; END $$;",
        "UPDATE log SET n = n * 10;",
        "DELETE FROM t WHERE a % 2 = 0;",
    ),
)
_STEPWISE = (
    _COMMON[0],
    (
        "UPDATE t SET a = a + 1000;",
        "CREATE INDEX CONCURRENTLY t_b ON t (b);",
        "BEGIN;",
        "INSERT INTO log SELECT max(n) + 1 FROM log;",
        "ALTER TABLE t ADD COLUMN c numeric NOT NULL DEFAULT 5;",
        "COMMIT;",
    ),
    (
        "CREATE VIEW v AS SELECT a, c FROM t;",
        "VACUUM t;",
        "DO $$ BEGIN INSERT INTO log SELECT max(n) + 1 FROM log; /* no commit */ END $$;",
        "DELETE FROM t WHERE a % 2 = 0;",
    ),
)


@dataclass(frozen=True)
class State:
    """What a database holds.

    Args:
        schema: the digest of its catalog, the history left out.
        data: the rows of its tables.
    """

    schema: str
    data: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Scene:
    """A sealed directory, applied in one transaction mode.

    Args:
        cluster: the server.
        path: the directory.
        mode: `file`, `all` or `none`.
        states: what must be there after so many statements, from none to all.
        rows: the revisions of an uninterrupted run.
    """

    cluster: Cluster
    path: Path
    mode: str
    states: tuple[State, ...]
    rows: tuple[tuple[Any, ...], ...]

    @classmethod
    def make(cls, cluster: Cluster, path: Path, mode: str) -> Scene:
        """Writes the directory and learns how an uninterrupted run goes."""
        files = _STEPWISE if mode == "none" else _COMMON
        path.mkdir()
        for number, statements in enumerate(files, 1):
            (path / f"2026010{number}_step.sql").write_text("\n".join(statements) + "\n")
        Directory.read(path).seal()
        cluster.create(DATABASE)
        states = [cls(cluster, path, mode, (), ()).state()]
        with cluster.connect(DATABASE) as connection:
            for statement in (each for file in files for each in file):
                connection.execute(statement.encode())
                states.append(states[-1] if connection.info.transaction_status else _state(cluster))
        cluster.create(DATABASE)
        scene = cls(cluster, path, mode, tuple(states), ())
        scene.finish()
        assert scene.state() == states[-1]
        return cls(cluster, path, mode, tuple(states), scene.history())

    @property
    def url(self) -> str:
        """The target."""
        return self.cluster.url(DATABASE)

    def finish(self) -> None:
        """Applies what is left, with the command."""
        command = ["migrate", "apply", "--url", self.url, "--dir", str(self.path), "--tx-mode", self.mode]
        result = CliRunner().invoke(main, [*command, "--wait-for-database", "30s"])
        assert result.exit_code == 0, result.output

    def state(self) -> State:
        """What the target holds now."""
        return _state(self.cluster)

    def history(self) -> tuple[tuple[Any, ...], ...]:
        """The revisions, without times."""
        query = """select version, description, type, applied, total, error, error_stmt, hash, partial_hashes,
                          operator_version, execution_time between 1 and 60 * 1e9,
                          executed_at between now() - interval '1 hour' and now()
                   from atlas_schema_revisions.atlas_schema_revisions order by version"""
        with self.cluster.connect(DATABASE) as connection:
            return tuple(connection.execute(query).fetchall())

    def check_truth(self) -> None:
        """After an interruption: the status says what is there."""
        self.cluster.quiet(DATABASE)
        told = status(self.url, self.path)
        done = sum(row.applied for row in told.applied)
        # A statement that cannot share a transaction with its row is announced: it may be done or not.
        possible = self.states[done : done + 1 + (told.error == IN_FLIGHT)]
        found = self.state()
        assert any((found.data, found.schema) == (each.data, each.schema) for each in possible), told

    def check_end(self) -> None:
        """After the next run: all is as after an uninterrupted one."""
        assert self.state() == self.states[-1]
        assert self.history() == self.rows


def _state(cluster: Cluster) -> State:
    with cluster.connect(DATABASE) as connection:
        catalog = read_catalog(connection, schemas=("public",))
        tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        data = tuple(
            (name, *_rows(connection, name)) for (name,) in connection.execute(tables + " order by 1").fetchall()
        )
        return State(catalog.digest(), data)


def _rows(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> list[tuple[Any, ...]]:
    query = psycopg.sql.SQL("select * from {} order by 1").format(psycopg.sql.Identifier(name))
    return connection.execute(query).fetchall()
