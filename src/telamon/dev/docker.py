"""A dev server in a container: `docker://postgres/16/dev`, as in Atlas."""

from __future__ import annotations

import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from telamon.dev.database import Dev
from telamon.dev.given import open_url
from telamon.errors import TelamonError, UsageError

PATIENCE = 60.0  # seconds from the container's start to the first connection
IMAGES = {"postgres": "postgres", "postgis": "postgis/postgis", "pgvector": "pgvector/pgvector"}


def image_of(spec: str) -> tuple[str, str]:
    """The image and database of a spec: `docker://postgres/16/dev` or `docker+postgres://_/image:tag/dev`.

    Raises:
        UsageError: it is neither.
    """
    parts = urlsplit(spec)
    path = [part for part in parts.path.split("/") if part]
    if parts.scheme == "docker" and parts.netloc in IMAGES and len(path) in (1, 2):
        return f"{IMAGES[parts.netloc]}:{path[0]}", path[1] if len(path) > 1 else "dev"
    if parts.scheme == "docker+postgres" and len(path) >= 2:
        registry = [] if parts.netloc in ("", "_") else [parts.netloc]
        return "/".join([*registry, *path[:-1]]), path[-1]
    if parts.scheme == "docker" and parts.netloc in ("mysql", "mariadb", "sqlserver", "clickhouse"):
        raise UsageError(f"{parts.netloc} cannot be a dev server", where=spec, do="Telamon works with PostgreSQL only.")
    raise UsageError(
        "The dev server cannot be understood",
        where=spec,
        do="Write docker://postgres/16/dev, docker+postgres://_/image:tag/dev, postgres://... or embedded.",
    )


@contextmanager
def open_docker(spec: str) -> Iterator[Dev]:
    """Runs a container for as long as the dev server is used, on a port of this machine only.

    Raises:
        TelamonError: docker is missing or fails, or the server in the container does not answer.
    """
    image, database = image_of(spec)
    password = secrets.token_hex(16)
    run = ["run", "--rm", "--detach", "--label", "telamon", "--publish", "127.0.0.1::5432"]
    environment = ["--env", f"POSTGRES_DB={database}", "--env", f"POSTGRES_PASSWORD={password}"]
    settings = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_locks_per_transaction=2048"]
    container = _docker([*run, *environment, image, *settings])
    try:
        port = _docker(["port", container, "5432/tcp"]).splitlines()[0].rpartition(":")[2]
        dev = _await(f"postgres://postgres:{password}@127.0.0.1:{port}/{database}?sslmode=disable", image)
        try:
            yield dev
        finally:
            dev.close()
    finally:
        _docker(["rm", "--force", "--volumes", container])


def _await(url: str, image: str) -> Dev:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return open_url(url)
        except TelamonError as error:
            if time.monotonic() > deadline:
                raise TelamonError("The container's server does not answer", where=image, why=str(error)) from error
        time.sleep(0.1)


def _docker(arguments: list[str]) -> str:
    try:
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise TelamonError(
            "The dev server needs the docker command, which is not there",
            do="Install Docker, or leave out --dev-url: the embedded server needs none.",
        ) from error
    except subprocess.CalledProcessError as error:
        words = re.sub(r"(POSTGRES_PASSWORD=)\S+", r"\1***", error.stderr or "")
        raise TelamonError(
            f"docker {arguments[0]} failed",
            why="\n".join(words.strip().splitlines()[-5:]),
            do="See whether Docker runs and the image exists, or use the embedded server.",
        ) from error
    return done.stdout.strip()
