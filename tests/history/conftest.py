"""An engine on an embedded server of these tests' own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from telamon.dev.embedded import clusters, stop
from telamon.directory import Directory
from telamon.engine import Engine, open_engine
from telamon.generate import EVERYTHING


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    folder = Path(tempfile.mkdtemp(prefix="tlh"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        with open_engine("embedded", EVERYTHING) as engine:
            yield engine
        for cluster in clusters():
            stop(cluster, purge=True)
    shutil.rmtree(folder, ignore_errors=True)


def make(path: Path, files: dict[str, str]) -> Directory:
    """A sealed directory with these files."""
    directory = Directory.read(path, missing_ok=True)
    return directory.become(directory.changed({name: text.encode() for name, text in files.items()}))
