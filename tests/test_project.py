"""The configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.errors import UsageError
from telamon.project import Env, Ignored, Targets, load_project


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(text: str, name: str = "telamon.toml") -> None:
    Path(name).write_text(text)


def _fails(config: str | None = None, env: str | None = None) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_project(config, env)
    return caught.value


def test_without_a_file_there_are_defaults() -> None:
    env = load_project()
    assert (env.name, env.src, env.dir, env.url, env.dev) == ("local", (), None, None, "embedded")
    assert (env.exec_order, env.tx_mode, env.lock_timeout, env.destructive) == ("linear", "file", None, None)


def test_every_key(folder: Path) -> None:
    _write(
        'src = ["file://sql", "sqlalchemy://app"]\ndir = "file://db/migrations"\n[env.local]\nurl = "postgres://h/d"\n'
        'dev = "docker://postgres/16/dev"\nrole = "admin"\nschemas = "app"\nexclude = ["*.old"]\n'
        'destructive = "refuse"\npython = ".venv/bin/python"\nrevisions_schema = "meta"\nlock_timeout = "500ms"\n'
        'exec_order = "non-linear"\n'
        'tx_mode = "none"\nbaseline = "1"\nrenames = ["table:a=b"]\n'
    )
    env = load_project()
    assert env.src == ("file://sql", "sqlalchemy://app")
    assert env.dir == "db/migrations"
    assert (env.url, env.dev, env.role) == ("postgres://h/d", "docker://postgres/16/dev", "admin")
    assert (env.schemas, env.exclude, env.renames) == (("app",), ("*.old",), ("table:a=b",))
    assert (env.destructive, env.exec_order, env.tx_mode) == ("refuse", "non-linear", "none")
    assert (env.python, env.base) == (str(folder / ".venv/bin/python"), folder)
    assert (env.revisions_schema, env.lock_timeout, env.baseline) == ("meta", 0.5, "1")


def test_what_drift_ignores_contexts_and_targets() -> None:
    _write(
        'context = "demo"\n[env.prod]\nurl = "postgres://h/d"\ntargets = { schemas_query = "select 1" }\ncanary = 2\n'
        '[[env.prod.ignore]]\nobject = "index:a.b"\nreason = "r"\n[env.eu]\ntargets = ["postgres://h/${NAME:-x}"]\n'
    )
    prod, eu = load_project(env="prod"), load_project(env="eu")
    assert prod.ignore == (Ignored("index:a.b", "r"),)
    assert prod.targets == Targets((), "postgres://h/d", "", "select 1")
    assert (prod.canary, prod.max_failures, prod.per_server, prod.context) == (2, 1, 4, ("demo",))
    assert eu.targets == Targets(("postgres://h/x",))
    assert (eu.ignore, eu.url) == ((), None)
    _write('[[env.local.ignore]]\nobject = "index:a.b"\nreason = " "\n')
    assert "ignore is to be a list" in _fails().what


def test_an_environment_overrides_what_stands_above() -> None:
    _write('url = "common"\n[env.prod]\nurl = "own"\n[env.local]\n')
    assert load_project(env="prod").url == "own"
    assert load_project().url == "common"


def test_the_only_environment_is_taken() -> None:
    _write('[env.prod]\nurl = "own"\n')
    assert load_project().name == "prod"


def test_without_local_one_of_several_must_be_named() -> None:
    _write("[env.a]\n[env.b]\n")
    error = _fails()
    assert "has no environment local" in error.what and error.why == "It has: a, b." and error.exit_code == 2


def test_the_file_is_found_upward_and_paths_are_relative_to_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write('dir = "m"\n')
    (folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep" / "er")
    assert load_project().base == folder
    assert load_project().dir == str(folder / "m")


def test_the_search_ends_at_the_root_of_the_repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write('dir = "m"\n')
    (folder / "other" / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder / "other")
    assert load_project().file is None


def test_pyproject_counts_only_with_its_table() -> None:
    _write("[tool.other]\n", "pyproject.toml")
    assert load_project().file is None
    _write('[tool.telamon.env.local]\nurl = "u"\n', "pyproject.toml")
    assert load_project().url == "u"
    _write('[tool.telamon]\n\n[tool.telamon.env.local]\nulr = "u"\n', "pyproject.toml")
    assert _fails().where == "pyproject.toml:4"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("${HOST}", "h"), ("${GONE:-x}", "x"), ("${EMPTY:-x}", "x"), ("${EMPTY}", ""), ("a${HOST}b${HOST}$c", "ahbh$c")],
)
def test_variables(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.setenv("HOST", "h")
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("GONE", raising=False)
    _write(f'[env.local]\nrole = "{value}"\n')
    assert load_project().role == expected


def test_a_missing_variable_is_told_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONE", raising=False)
    _write('[env.local]\ndir = "m"\nurl = "${GONE}"\n')
    env = load_project()
    assert env.dir == "m"
    with pytest.raises(UsageError) as caught:
        assert env.url
    assert caught.value.what == "The variable GONE is not set, and url of the environment local needs it"
    assert caught.value.where == "telamon.toml:3"


@pytest.mark.parametrize(
    ("text", "what", "where", "do"),
    [
        ('[env.local]\n\nulr = "x"', "ulr is not a setting", "telamon.toml:3", "Do you mean url?"),
        ("[env.local]\nurl = 7", "url is to be a text", "telamon.toml:2", ""),
        (
            "[env.local]\nsrc = [7]",
            'src is to be a text, a program {exec = ["program", "argument"]}, or a list of these',
            "telamon.toml:2",
            "",
        ),
        ('[enw.local]\nurl = "x"', "enw is not a setting", "telamon.toml", "Do you mean env?"),
        ("env = 3", "env is not a table", "telamon.toml", "Write [env.local] above the keys of an environment."),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, what: str, where: str, do: str) -> None:
    _write(text)
    error = _fails()
    assert (error.what, error.where, error.do) == (what, where, do)


@pytest.mark.parametrize(
    "line", ['tx_mode = "some"', 'destructive = "yes"', 'lock_timeout = "soon"', 'exec_order = "LINEAR"']
)
def test_values_that_are_not_known(line: str) -> None:
    _write(f"[env.local]\n{line}\n")
    with pytest.raises(UsageError) as caught:
        getattr(load_project(), line.split()[0])
    assert caught.value.where == "telamon.toml:2"


def test_files_that_cannot_be_used() -> None:
    assert "cannot be read" in _fails("gone.toml").what
    _write("a = = 1")
    assert "line 1" in _fails().why
    Path("telamon.toml").unlink()
    assert "no configuration with an environment prod" in _fails(env="prod").what
    _write('env "local" {', "atlas.hcl")
    assert _fails().what == "This is not HCL"


def test_env_is_a_value() -> None:
    assert Env("a", "") == Env("a", "")
