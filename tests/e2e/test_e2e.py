"""`make e2e`, bounded: the backend of examples/crm with its service, from an empty server to a change taken back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CRM = Path(__file__).parents[2] / "examples" / "crm"
SECONDS = 300


def test_the_whole_way_with_traffic() -> None:
    """No request fails while a column comes and goes."""
    if shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") is None:
        pytest.skip("pgbouncer is not installed")
    command = [sys.executable, str(CRM / "e2e.py"), "--brief", "--seconds", "0.2", "--clients", "2", "--wait", "0.1"]
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command, env={**os.environ, "PATH": programs}, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    phases = [line.rsplit(maxsplit=6) for line in done.stdout.split("longest pause\n")[1].splitlines()]
    assert len(phases) == 6 and all(int(phase[1]) > 0 and phase[2] == "0" for phase in phases), done.stdout
