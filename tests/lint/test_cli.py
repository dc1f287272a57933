"""`telamon migrate lint` as a user sees it: which files, which settings, which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from telamon.errors import UsageError
from telamon.lint.select import TARGET_BRANCHES, base_ref, select
from tests.history.conftest import make
from tests.lint.conftest import Lab

Run = Callable[..., subprocess.CompletedProcess[str]]
BASE = {"1_a.sql": "CREATE TABLE a (id bigint PRIMARY KEY, x int);\n"}
INDEX = {"2_b.sql": "CREATE INDEX a_x ON a (x);\n"}


@pytest.fixture
def telamon(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in an empty folder, on the tests' server, as if in no CI."""
    source = str(Path(__file__).parents[2] / "src")
    for variable in TARGET_BRANCHES:
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from telamon.cli import main; main()", "migrate", "lint", *arguments]
        environment = {**os.environ, "PYTHONPATH": source, **variables}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


def git(path: Path, *arguments: str) -> None:
    """Runs git with an identity."""
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=path, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A branch with one migration more than main."""
    git(tmp_path, "init")
    make(tmp_path / "migrations", BASE)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "base")
    git(tmp_path, "checkout", "-b", "feature")
    make(tmp_path / "migrations", INDEX)
    return tmp_path


def test_new_files_are_found_by_git(telamon: Run, repository: Path) -> None:
    """Warnings are no failure; a severity from the configuration makes them one."""
    done = telamon()
    assert done.returncode == 0, done.stderr
    assert "PG101" in done.stdout and "migrations/2_b.sql" in done.stdout and "1_a.sql" not in done.stdout
    (repository / "telamon.toml").write_text('[lint.severity]\nPG101 = "error"\n')
    assert telamon().returncode == 3
    (repository / "telamon.toml").write_text('[[lint.path]]\nfiles = "migrations/2_*"\nseverity = {PG101 = "off"}\n')
    assert "PG101" not in telamon().stdout


def test_late_and_changed_files_are_errors(telamon: Run, repository: Path) -> None:
    """History goes on at its end, and nowhere else."""
    make(repository / "migrations", {"0_z.sql": "CREATE TABLE z (id bigint PRIMARY KEY);\n", "1_a.sql": "SELECT 1;\n"})
    done = telamon("--git-base", "main")
    assert done.returncode == 3
    assert "TL217" in done.stdout and "telamon migrate rebase 0" in done.stdout
    assert "1_a.sql is in main already and was changed" in done.stdout


def test_a_branch_that_is_behind(telamon: Run, repository: Path) -> None:
    """What main has got meanwhile was not removed here; it has to come in before the order can be mended."""
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "feature")
    git(repository, "checkout", "main")
    make(repository / "migrations", {"3_c.sql": "CREATE TABLE c (id bigint PRIMARY KEY);\n"})
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "later")
    git(repository, "checkout", "feature")
    done = telamon("--git-base", "main")
    assert done.returncode == 3 and done.stdout.count("error TL217") == 1
    assert (
        "2_b.sql sorts before 3_c.sql" in done.stdout and "git merge main\n    telamon migrate rebase 2" in done.stdout
    )
    git(repository, "rm", "-q", "migrations/1_a.sql")
    make(repository / "migrations", {})
    assert "1_a.sql is in main already and was changed or removed" in telamon("--git-base", "main").stdout


def test_a_shallow_clone_of_one_branch(telamon: Run, repository: Path, tmp_path: Path) -> None:
    """git takes that branch for the default one, against which nothing is new: then nobody would see that."""
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "feature")
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "feature", repository.as_uri(), "clone")
    done = telamon("--dir", "clone/migrations")
    assert done.returncode == 2 and "shallow clone of the branch feature" in done.stderr
    git(tmp_path / "clone", "fetch", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    assert "2_b.sql" in telamon("--dir", "clone/migrations", "--git-base", "main").stdout


def test_rules_in_sql_are_rules(telamon: Run, tmp_path: Path) -> None:
    """They are silenced and set like the others, by name."""
    rule = '[[lint.sql]]\nname = "few"\nquery = "SELECT relname FROM pg_class WHERE relname = \'b\'"\nmessage = "New"\n'
    (tmp_path / "telamon.toml").write_text(rule)
    make(tmp_path / "migrations", BASE | {"2_b.sql": "CREATE TABLE b (id bigint PRIMARY KEY);\n"})
    assert "2_b.sql:1:1: warning TL900: New: b [few]" in telamon("--latest", "1").stdout
    (tmp_path / "telamon.toml").write_text(f'{rule}[[lint.path]]\nfiles = "2_*"\nseverity = {{ few = "off" }}\n')
    assert telamon("--latest", "1").stdout == "1 file, 1 statement: nothing found\n"
    (tmp_path / "telamon.toml").write_text(rule)
    nolint = "-- atlas:nolint few\n\nCREATE TABLE b (id bigint PRIMARY KEY);\n"
    make(tmp_path / "migrations", {"2_b.sql": nolint})
    assert telamon("--latest", "1").stdout == "1 file, 1 statement: nothing found; 1 silenced\n"


def test_a_wrong_setting_names_its_file(telamon: Run, tmp_path: Path) -> None:
    """There may be several."""
    make(tmp_path / "migrations", BASE)
    for text in ('[lint.severity]\nPG11 = "off"\n', "[lint]\nrule = []\n", '[lint.naming]\ntable = "("\n'):
        (tmp_path / "telamon.toml").write_text(text)
        assert "telamon.toml" in telamon("--latest", "1").stderr


@pytest.mark.parametrize("number", ["0", "-1"])
def test_no_files_at_all_are_asked_for(telamon: Run, tmp_path: Path, number: str) -> None:
    """That is a mistake, not a success."""
    make(tmp_path / "migrations", BASE)
    assert telamon("--latest", number).returncode == 2


def test_a_missing_base_says_how_to_fetch_it(telamon: Run, repository: Path) -> None:
    """As in a shallow clone."""
    done = telamon(GITHUB_BASE_REF="develop")
    assert done.returncode == 2
    assert "git fetch --no-tags --depth=1 origin +refs/heads/develop:refs/remotes/origin/develop" in done.stderr
    assert "PG101" in telamon(GITHUB_BASE_REF="main").stdout
    (repository / "elsewhere").mkdir()
    assert telamon("--git-base", "main", "--latest", "1").returncode == 2


@pytest.mark.parametrize("variable", TARGET_BRANCHES)
def test_ci_names_the_base(repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Each CI in its own way."""
    for each in TARGET_BRANCHES:
        monkeypatch.delenv(each, raising=False)
    git(repository, "branch", "release")
    path = str(repository / "migrations")
    assert base_ref(path) == "main"
    monkeypatch.setenv(variable, "release")
    assert base_ref(path) == "release"


def test_outside_of_git(telamon: Run, tmp_path: Path) -> None:
    """Then the files are named."""
    make(tmp_path / "migrations", BASE | INDEX)
    done = telamon()
    assert (done.returncode, "--latest 1" in done.stderr) == (2, True)
    for arguments in (["--latest", "1"], ["--since", "2"], ["2"], ["migrations/2_b.sql"]):
        assert "PG101" in telamon(*arguments).stdout, arguments
    (tmp_path / "loose.sql").write_text("DROP TABLE a;")
    done = telamon("loose.sql")
    assert (done.returncode, "DS102" in done.stdout) == (3, True)


def test_integrity_comes_first(telamon: Run, tmp_path: Path) -> None:
    """A directory that is not as sealed is not judged."""
    make(tmp_path / "migrations", BASE | INDEX)
    (tmp_path / "migrations" / "1_a.sql").write_text("SELECT 1;")
    done = telamon("--latest", "1")
    assert (done.returncode, "checksum mismatch" in done.stderr) == (3, True)


def test_what_lies_between_is_run_and_not_judged(tmp_path: Path) -> None:
    """A file in the middle is judged where it stands."""
    directory = make(tmp_path / "migrations", BASE | INDEX | {"3_c.sql": "DROP TABLE a;\n"})
    chosen = select(directory, files=["1", "3_c.sql"])
    assert [(file.name, judged) for file, judged in chosen.files] == [
        ("1_a.sql", True), ("2_b.sql", False), ("3_c.sql", True)
    ]  # fmt: skip
    assert chosen.base.files == ()
    with pytest.raises(UsageError):
        select(directory, files=["7"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[lint.severity]\nPG111 = "off"', "Do you mean PG"),
        ('[lint.severity]\njson-typ = "off"', "Do you mean json-type?"),
        ('[lint.severity]\nPG101 = "loud"', "error, warning, info, off, on"),
        ('[lint]\nserverity = "x"', "Do you mean severity?"),
        ('[lint.naming]\ntable = "("', "is no pattern"),
        ('[lint]\nrules = ["none.py"]', "none.py"),
        ('lint = "x"', "[lint]"),
        ('[[lint.sql]]\nname = "n"\nquery = "SELEC"', 'syntax error at or near "SELEC"'),
    ],
)
def test_wrong_settings(telamon: Run, tmp_path: Path, text: str, told: str) -> None:
    """What is not understood is refused."""
    make(tmp_path / "migrations", BASE | INDEX)
    (tmp_path / "telamon.toml").write_text(text + "\n")
    done = telamon("--latest", "1")
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_own_rules_and_grandfather(telamon: Run, tmp_path: Path) -> None:
    """A Python file, a query, patterns of names, and a version before which nothing is said."""
    make(tmp_path / "migrations", BASE | INDEX)
    (tmp_path / "rules.py").write_text(
        "from telamon.lint.rule import Hit, Rule\n"
        "def judge(seen, ctx):\n    yield Hit(f'{len(seen.changes)} changes by {seen.command}')\n"
        "RULES = [Rule('OWN1', 'own-rule', 'own', 'error', '', '', '', judge)]\n"
    )
    (tmp_path / "telamon.toml").write_text(
        '[lint]\nrules = ["rules.py"]\n[lint.naming]\nindex = "^ix_"\n[[lint.sql]]\nname = "no-x"\n'
        "query = \"SELECT relname FROM pg_class WHERE relname LIKE '%x'\"\n"
    )
    done = telamon("--latest", "1")
    assert done.returncode == 3
    assert all(part in done.stdout for part in ("1 changes by index_stmt", "^ix_", "no-x: a_x"))
    (tmp_path / "telamon.toml").write_text('[lint]\ngrandfather = "3"\n')
    assert "PG101" not in telamon("--latest", "2").stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "def judge(seen, ctx):\n    return [{}['nothing']]\n",
            ["own-rule fails on migrations/2_b.sql:1", ":3 in judge", "KeyError"],
        ),
        ("raise RuntimeError('half way')\n", ["file of lint rules fails", ":2 in <module>", "RuntimeError: half way"]),
    ],
)
def test_own_rules_that_fail(telamon: Run, tmp_path: Path, text: str, told: list[str]) -> None:
    """The user's own places are told, and none of Telamon's."""
    make(tmp_path / "migrations", BASE | INDEX)
    rule = "RULES = [Rule('OWN1', 'own-rule', 'own', 'error', '', '', '', judge)]\n"
    (tmp_path / "rules.py").write_text(f"from telamon.lint.rule import Hit, Rule\n{text}{rule}")
    (tmp_path / "telamon.toml").write_text('[lint]\nrules = ["rules.py"]\n')
    done = telamon("--latest", "1")
    assert done.returncode == 2
    assert all(part in done.stderr for part in told), done.stderr
    assert "telamon/lint" not in done.stderr
