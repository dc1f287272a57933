"""Ctrl-C: the command ends with 130, and one line says what state it leaves things in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from telamon.apply.lock import advisory_lock
from tests.apply.conftest import Case
from tests.apply.test_bad_input import SOURCE

OTHERS = "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null"
SLEEPS = OTHERS + " and query ~ 'pg_sleep' and state = 'active'"
GOES_ON = "`telamon migrate status` says how far that is, and `telamon migrate apply` goes on there\n"


def interrupted(case: Case, *arguments: str, when: str) -> tuple[int, str, str]:
    """Runs a command and presses Ctrl-C as soon as a query returns something; (exit code, stdout, stderr)."""
    run = subprocess.Popen(
        [sys.executable, "-m", "telamon", *arguments, "--dir", str(case.path)],
        env={**os.environ, "PYTHONPATH": SOURCE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs the tests may ignore it
    )
    deadline = time.monotonic() + 30
    while case.sql(when) == [0]:
        assert run.poll() is None and time.monotonic() < deadline, run.communicate()
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)
    return run.returncode, out, err


@pytest.mark.parametrize(("mode", "rows"), [("file", [("1", 1, 1)]), ("none", [("1", 1, 1), ("2", 1, 3)])])
def test_in_a_migration(case: Case, mode: str, rows: list[tuple[str, int, int]]) -> None:
    text = f"-- atlas:txmode {mode}\n\ncreate table b ();\nselect pg_sleep(60);\ncreate table c ();"
    case.write(v1="create table a ();", v2=text)
    code, out, err = interrupted(case, "migrate", "apply", "--url", case.url(), when=SLEEPS)
    assert (code, err) == (130, f"Interrupted: in 2.sql; what was committed stays: {GOES_ON}")
    assert "-- migrating version 1" in out and "Aborted" not in out
    assert case.sql(SLEEPS) == [0]  # the server has stopped, too
    assert case.rows() == rows
    case.write(v2=text.replace("60", "0"))
    case.apply()
    assert case.rows() == [("1", 1, 1), ("2", 3, 3)]


def test_before_anything_began(case: Case) -> None:
    case.write(v1="create table a ();")
    waiting = OTHERS + " and query ~ 'pg_try_advisory_lock'"
    with advisory_lock(case.connection, case.events.append):
        code, _, err = interrupted(case, "migrate", "apply", "--url", case.url(), when=waiting)
    assert code == 130
    assert err.splitlines()[-1] == "Interrupted: no migration had begun; the target is as before"
    assert case.sql("select to_regclass('a')") == [None]


def test_on_the_dev_server(case: Case) -> None:
    case.write(v1="create table a ();\nselect pg_sleep(60);")
    code, out, err = interrupted(case, "migrate", "validate", when=SLEEPS)
    assert (code, out) == (130, "")
    assert err == "Interrupted: no target was touched, and the migration directory is as before or complete\n"
    assert case.sql(SLEEPS) == [0]
