"""The disk is full: on the migration directory, and on the target. Where this user may mount, on a small disk of its
own (`tmpfs`); elsewhere the directory's part is done with a limit on the size of files, and the target's left out."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from telamon.apply import Options, apply
from telamon.directory import Directory
from telamon.errors import TelamonError
from tests.faults.cluster import Cluster
from tests.faults.conftest import FULL, Tell
from tests.faults.scene import DATABASE, Scene
from tests.faults.test_crowd import SOURCE


@dataclass
class Disk:
    """A small disk.

    Args:
        path: where it is.
    """

    path: Path

    def fill(self) -> None:
        """Leaves not one page."""
        with (self.path / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def free(self) -> None:
        """Gives the space back."""
        (self.path / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk | None]:
    """A disk of 32 MiB, None where this user may not mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(path)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield Disk(path) if mounted else None
    if mounted:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def small_files() -> None:
    """What this process writes from now on may not be longer than 20 bytes: less than a sum file."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))


def telamon(path: Path, *arguments: str, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command on a directory."""
    return subprocess.run(
        [sys.executable, "-m", "telamon", *arguments, "--dir", str(path)],
        env={**os.environ, "PYTHONPATH": SOURCE, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


def test_the_disk_of_the_directory_is_full(disk: Disk | None, tmp_path: Path, tell: Tell) -> None:
    path = (disk.path if disk else tmp_path) / "migrations"
    path.mkdir()
    (path / "1_a.sql").write_text("create table a ();\n")
    Directory.read(path).seal()
    (path / "2_b.sql").write_text("create table b ();\n")
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    limit = None if disk else small_files
    if disk:
        disk.fill()
    for arguments in (("migrate", "hash"), ("migrate", "new", "third")):
        if arguments[1] == "new":
            (path / "2_b.sql").unlink()
            before.pop("2_b.sql")
        ran = telamon(path, *arguments, limit=limit)
        assert ran.returncode == 1, ran.stdout
        assert "the migration directory cannot be written" in ran.stderr and "Traceback" not in ran.stderr
        assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    if disk:
        disk.free()
    assert telamon(path, "migrate", "new", "third").returncode == 0
    Directory.read(path).check()
    tell("faults survived: disk full", 2)


@pytest.mark.parametrize("mode", ["file", "all", "none"] if FULL else ["none"])
def test_the_disk_of_the_target_is_full(
    cluster: Cluster, disk: Disk | None, tmp_path: Path, mode: str, tell: Tell
) -> None:
    if disk is None:
        pytest.skip("this user may not mount a disk")
    scene = Scene.make(cluster, tmp_path / "migrations", mode)
    space = disk.path / "space"
    space.mkdir()
    disk.path.chmod(0o777)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)  # the server is another user
    os.chown(space, cluster.root.stat().st_uid, -1)
    name, database = sql.Identifier("small"), sql.Identifier(DATABASE)
    try:
        with cluster.connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(name, str(space)))
            connection.execute(sql.SQL("DROP DATABASE {}").format(database))
            create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 TABLESPACE {}")
            connection.execute(create.format(database, name))
        for _ in range(2):  # first there is no room for the history, then for what comes after the first file
            disk.fill()
            with pytest.raises(TelamonError) as caught:
                apply(scene.url, scene.path, Options(tx_mode=mode))  # type: ignore[arg-type]
            assert "No space left on device" in caught.value.why
            disk.free()
            scene.check_truth()
            apply(scene.url, scene.path, Options(tx_mode=mode, amount=1))  # type: ignore[arg-type]
        scene.finish()
        scene.check_end()
        tell("faults survived: disk full", 2)
    finally:
        cluster.create(DATABASE)
        with cluster.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP TABLESPACE {}").format(name))
