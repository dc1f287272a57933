"""`telamon dev status|stop|url`, and what importing the package costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg
from click.testing import CliRunner

from telamon.cli import main
from telamon.dev import open_dev


def telamon(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["dev", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def states() -> list[str]:
    return [server["state"] for server in json.loads(telamon("status", "--format", "json"))["servers"]]


def test_a_lent_database_stays_until_stop(cache: Path) -> None:
    url = telamon("url").strip()
    with open_dev() as dev:
        assert not dev.has("k")  # another run comes and goes
    assert states() == ["pinned"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE t ()")
    telamon("stop")
    assert states() == ["stopped"]
    with open_dev() as dev, dev.create() as database, database.connect() as connection:
        lent = "SELECT FROM pg_database WHERE datname LIKE 'telamon_url_%'"
        assert connection.execute(lent).fetchall() == []


def test_stop_leaves_a_server_in_use_to_its_last_run(cache: Path) -> None:
    with open_dev() as dev, dev.create() as database:
        answer = json.loads(telamon("stop", "--purge", "--format", "json"))
        assert answer["stopped"] == [] and len(answer["in_use"]) == 1
        database.connect().execute("SELECT 1")


def test_purge_deletes_the_data(cache: Path) -> None:
    telamon("url")
    telamon("stop", "--purge")
    assert states() == []
    assert not list(cache.glob("pg*/"))


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = "import sys, telamon.dev; print({'psycopg', 'postgast', 'rich', 'asyncio'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "set()"
