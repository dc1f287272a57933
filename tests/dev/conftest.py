"""A cache of its own for each test, deleted with every server in it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from telamon.dev import open_dev
from telamon.dev.embedded import EmbeddedDev, clusters, stop


def _purge() -> None:
    for cluster in clusters():
        stop(cluster, purge=True)


def _fresh(patch: pytest.MonkeyPatch) -> Path:
    cache = Path(tempfile.mkdtemp(prefix="tt-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    cache.chmod(0o711)
    patch.setenv("TELAMON_CACHE", str(cache))
    return cache


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache directory, named in TELAMON_CACHE."""
    path = _fresh(monkeypatch)
    yield path
    if os.environ.get("TELAMON_CACHE", "").startswith(str(path)):
        _purge()
    monkeypatch.setenv("TELAMON_CACHE", str(path))
    _purge()
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared_cache() -> Iterator[None]:
    """A cache directory for all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        path = _fresh(patch)
        yield
        _purge()
        shutil.rmtree(path)


@pytest.fixture(scope="module")
def server(shared_cache: None) -> Iterator[EmbeddedDev]:
    """One embedded server that runs for all tests of a module."""
    with open_dev() as dev:
        assert isinstance(dev, EmbeddedDev)
        dev.execute("SELECT 1")
        yield dev


@pytest.fixture
def as_root() -> None:
    """Skips what only root can try."""
    if os.geteuid() != 0:
        pytest.skip("only root drops its privileges")
