"""`telamon init --deploy`: files that are right by their readers, and commands in them that migrate."""

from __future__ import annotations

import configparser
import importlib.resources
import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from telamon.dev import Dev
from tests.commands import Place, Ran
from tests.scaffold.test_start import url_of

ALL = ("fly", "docker", "compose", "kubernetes", "systemd")
JOB = "deploy/kubernetes/migrate-job.yaml"
DEPLOYMENT = "deploy/kubernetes/app-deployment.yaml"
UNIT = "deploy/systemd/telamon-migrate.service"
SCHEMAS = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"


@pytest.fixture
def repository(place: Place) -> Place:
    """A repository with everything that is written for a release."""
    place.write("telamon.toml", '[env.local]\n[env.prod]\nurl = "${MIGRATION_URL}"\n')
    place.migrations(v1_t="CREATE TABLE t (id int PRIMARY KEY);")
    place.git("init", "-q")
    ran = place.run("init", "--env", "prod", *(f"--deploy={name}" for name in ALL))
    assert ran.code == 0, ran.err
    return place


def loaded(place: Place, name: str) -> Any:
    """A YAML file."""
    return YAML(typ="safe").load((place.folder / name).read_text())


def run(place: Place, command: list[str], url: str) -> Ran:
    """Runs what a release would, with the tested command on the PATH."""
    programs = place.folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "telamon").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m telamon "$@"\n')
    (programs / "telamon").chmod(stat.S_IRWXU)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return place.program(*command, environment={"PATH": path, "MIGRATION_URL": url})


def commands(place: Place) -> dict[str, list[str]]:
    """The commands that migrate, by who would run them."""
    fly = tomllib.loads((place.folder / "fly.toml").read_text())["deploy"]["release_command"]
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(place.folder / UNIT)
    started = shlex.split(unit["Service"]["ExecStart"])
    dockerfile = (place.folder / "deploy/migrate/Dockerfile").read_text().splitlines()
    words = dict(line.split(" ", 1) for line in dockerfile if line.startswith(("CMD", "ENTRYPOINT")))
    return {
        "fly": shlex.split(fly),
        "docker": json.loads(words["ENTRYPOINT"]) + json.loads(words["CMD"]),
        "compose": ["telamon", *loaded(place, "compose.yaml")["services"]["migrate"]["command"]],
        "kubernetes": ["telamon", *loaded(place, JOB)["spec"]["template"]["spec"]["containers"][0]["args"]],
        "systemd": ["telamon", *started[1:]],
        "entrypoint": ["sh", "deploy/migrate/entrypoint.sh", "echo", "started"],
    }


@pytest.mark.parametrize("who", ["fly", "docker", "entrypoint"])
def test_the_command_migrates(repository: Place, server: Dev, who: str) -> None:
    """And once more does no harm; a migration that fails gives an exit code that ends the release."""
    command = commands(repository)[who]
    with server.create() as database, database.connect() as connection:
        url = url_of(database)
        ran = run(repository, command, url)
        assert ran.code == 0, ran.err
        assert connection.execute("SELECT to_regclass('t')::text").fetchone() == ("t",)
        assert ran.out.endswith("started\n") or who != "entrypoint"
        repository.migrations(v2_x="SELECT 1/0;")
        ran = run(repository, command, url)
        assert ran.code == 1 and "division by zero" in ran.err + ran.out and "started" not in ran.out


def test_the_others_run_the_same(repository: Place) -> None:
    """Patient for as long as it suits each."""
    found = commands(repository)
    assert found["compose"] == found["docker"]
    assert found["kubernetes"] == found["systemd"] == [word.replace("30s", "60s") for word in found["fly"]]


def test_waiting_pods(repository: Place, server: Dev) -> None:
    """The init container ends when nothing is pending, not before."""
    container = loaded(repository, DEPLOYMENT)["spec"]["template"]["spec"]["initContainers"][0]
    with server.create() as database:
        url = url_of(database)
        waiting = run(repository, ["timeout", "3", *container["command"]], url)
        assert waiting.code == 124, waiting
        assert run(repository, commands(repository)["kubernetes"], url).code == 0
        assert run(repository, ["timeout", "20", *container["command"]], url).code == 0


def test_compose_is_right(repository: Place) -> None:
    """By the schema of Compose; the application's way leads through the pooler, after the migrations."""
    found = loaded(repository, "compose.yaml")
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())
    jsonschema.validate(found, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "services": {"db": {"imagine": "x"}}}, schema)
    assert found["services"]["pgbouncer"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert found["services"]["migrate"]["environment"].keys() == {"MIGRATION_URL"}
    assert (repository.folder / found["services"]["migrate"]["build"]["dockerfile"]).is_file()


def test_kubernetes_is_right(repository: Place) -> None:
    """By the schemas of Kubernetes, strictly: no field that does not exist."""
    for name in (JOB, DEPLOYMENT):
        found = loaded(repository, name)
        for version in ("1.28", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(found, version, strict=True)
        found["spec"]["template"]["spec"]["restartpolicy"] = "Never"
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(found, "1.28", strict=True)
    secret = loaded(repository, JOB)["spec"]["template"]["spec"]["containers"][0]["env"][0]
    assert secret["name"] == secret["valueFrom"]["secretKeyRef"]["key"] == "MIGRATION_URL"


def test_the_image_is_right(repository: Place) -> None:
    """Everything that is copied is there, nothing runs as root, and the script is one."""
    lines = (repository.folder / "deploy/migrate/Dockerfile").read_text().splitlines()
    copied = [json.loads(line.removeprefix("COPY ")) for line in lines if line.startswith("COPY [")]
    assert [source for source, _ in copied] == ["telamon.toml", "migrations"]
    assert all((repository.folder / source).exists() for source, _ in copied)
    scripts = [line.split()[-2] for line in lines if line.startswith("COPY --chmod")]
    assert all((repository.folder / script).is_file() for script in scripts) and scripts
    assert "USER 10001:10001" in lines
    assert repository.program("sh", "-n", "deploy/migrate/entrypoint.sh").code == 0


def test_the_unit_is_right(repository: Place) -> None:
    """By systemd itself where it is, with a program that exists."""
    text = (repository.folder / UNIT).read_text()
    command = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    assert "--env prod" in command
    program = command.removeprefix("ExecStart=").split()[0]
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    path = repository.folder / "telamon-migrate.service"
    for change, wrong in (("", False), ("\n[Service]\nTypo=1\n", True)):
        path.write_text(text.replace(program, "/bin/true") + change)
        done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
        ours = [line for line in done.stderr.splitlines() if path.name in line]
        assert bool(ours) is wrong, done.stderr


def test_a_file_of_the_projects_own_stays(repository: Place) -> None:
    repository.write("fly.toml", 'app = "mine"\n')
    ran = repository.run("init", "--deploy", "fly", "--deploy", "systemd", "--env", "prod")
    assert ran.code == 2 and "release_command" in ran.err
    assert (repository.folder / "fly.toml").read_text() == 'app = "mine"\n'


def test_odd_flags_and_folders(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be quoted is: each file still reads, and the flag arrives as it was."""
    folder = place.folder / 'a "b" $c %d'
    folder.mkdir()
    place.git("init", "-q")
    monkeypatch.chdir(folder)
    odd = Place(folder)
    odd.write("telamon.toml", "")
    odd.migrations(v1="SELECT 1;")
    assert odd.run("init", *(f"--deploy={name}" for name in ALL), "--dir", "it's $x").code == 0
    found = commands(Place(place.folder))
    for who in ("fly", "docker", "kubernetes"):
        assert found[who][-2:] == ["--dir", "it's $x"], who
    assert found["compose"][-1] == "it's $$x"  # Compose makes one of two
    lines = (place.folder / "deploy/migrate/Dockerfile").read_text().splitlines()
    assert json.loads(next(line for line in lines if line.startswith("COPY [")).removeprefix("COPY "))[0].startswith(
        "a "
    )
