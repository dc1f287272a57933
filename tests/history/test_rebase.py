"""Mine after theirs: in merges and rebases of git, and by version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from telamon.directory import Directory
from telamon.engine import Engine
from telamon.errors import CheckError, UsageError
from telamon.history.rebase import rebase, sides
from tests.history.conftest import make

BASE = {"20250101000000_base.sql": "CREATE TABLE a (id int);\n"}
MINE = {"20250103000000_mine.sql": "ALTER TABLE a ADD COLUMN mine int;\n"}
THEIRS = {"20250104000000_theirs.sql": "CREATE TABLE theirs ();\n"}


def git(path: Path, *arguments: str, ok: bool = True) -> None:
    command = ["git", "-C", str(path), "-c", "user.name=x", "-c", "user.email=x@y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == ok, done.stdout + done.stderr


@pytest.fixture
def forked(tmp_path: Path) -> Path:
    """Two branches that both added a migration; the branch `mine` is checked out."""
    git(tmp_path, "init", "-b", "main")
    folder = tmp_path / "migrations"
    make(folder, BASE)
    for branch, files in (("mine", MINE), ("main", THEIRS)):
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-m", "base", "--allow-empty")
        git(tmp_path, "checkout", *(["-b", branch] if branch == "mine" else [branch]))
        make(folder, files)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-m", branch)
    git(tmp_path, "checkout", "mine")
    return folder


def check_solved(engine: Engine, folder: Path) -> None:
    directory = Directory.read(folder)
    found = sides(directory, [], None)
    assert (found.mine, found.theirs) == (tuple(MINE), tuple(THEIRS))
    made = rebase(engine, directory, found)
    directory.become(made.wanted).check()
    assert [file.description for file in Directory.read(folder).files] == ["base", "theirs", "mine"]
    assert (made.quarrel, len(made.moved)) == ("", 1)


def test_merge_of_main_into_mine(engine: Engine, forked: Path) -> None:
    git(forked, "merge", "main", ok=False)
    check_solved(engine, forked)


def test_merge_of_mine_into_main(engine: Engine, forked: Path) -> None:
    git(forked, "checkout", "main")
    git(forked, "merge", "mine", ok=False)
    check_solved(engine, forked)


def test_rebase_onto_main(engine: Engine, forked: Path) -> None:
    git(forked, "rebase", "main", ok=False)
    check_solved(engine, forked)


def test_theirs_must_be_as_sealed(engine: Engine, forked: Path) -> None:
    git(forked, "merge", "main", ok=False)
    (forked / next(iter(THEIRS))).write_text("CREATE TABLE other ();")
    directory = Directory.read(forked)
    with pytest.raises(CheckError, match=r"theirs\.sql was edited"):
        rebase(engine, directory, sides(directory, [], None))


def test_theirs_must_be_there(forked: Path) -> None:
    with pytest.raises(UsageError, match="Migrations of main are not here"):
        sides(Directory.read(forked), [], None)
    with pytest.raises(UsageError, match="git knows no nowhere"):
        sides(Directory.read(forked), [], "nowhere")


def quarrel(engine: Engine, path: Path, mine: str, theirs: str) -> str:
    directory = make(path, {**BASE, "20250102000000_mine.sql": mine, "20250103000000_theirs.sql": theirs})
    return rebase(engine, directory, sides(directory, ["20250102000000"], None)).quarrel


def test_sides_that_do_not_commute(engine: Engine, tmp_path: Path) -> None:
    first, second = "ALTER TABLE a ALTER id SET DEFAULT 1;", "ALTER TABLE a ALTER id SET DEFAULT 2;"
    assert "default public.a.id" in quarrel(engine, tmp_path / "a", first, second)
    conditional = "DO $$ BEGIN IF to_regclass('b') IS NULL THEN CREATE TABLE c (); END IF; END $$;"
    assert "table public.c" in quarrel(engine, tmp_path / "b", "CREATE TABLE b ();", conditional)
    assert "this fails" in quarrel(
        engine, tmp_path / "c", "CREATE TABLE IF NOT EXISTS b (i int);", "CREATE TABLE b ();"
    )
    assert quarrel(engine, tmp_path / "d", "CREATE TABLE b ();", "CREATE TABLE c ();") == ""


def test_mine_that_fail_after_theirs(engine: Engine, tmp_path: Path) -> None:
    directory = make(
        tmp_path, {**BASE, "20250102000000_mine.sql": "DROP TABLE a;", "20250103000000.sql": "DROP TABLE a;"}
    )
    with pytest.raises(CheckError, match="do not replay"):
        rebase(engine, directory, sides(directory, ["20250102000000"], None))


def test_mine_that_come_last_stay(engine: Engine, tmp_path: Path) -> None:
    directory = make(tmp_path, {**BASE, **MINE})
    made = rebase(engine, directory, sides(directory, list(MINE), None))
    assert (made.moved, made.wanted.files) == ((), directory.files)
    outside = Directory.read(make(tmp_path / "x", BASE).path)
    with pytest.raises(UsageError, match="no git repository"):
        sides(outside, [], None)


def test_what_was_edited_after_it_was_sealed(engine: Engine, tmp_path: Path) -> None:
    folder = Path(make(tmp_path, {**BASE, **MINE, **THEIRS}).path)
    mine, theirs = folder / next(iter(MINE)), folder / next(iter(THEIRS))
    version = theirs.name.partition("_")[0]
    theirs.write_text("CREATE TABLE theirs (edited int);\n")
    directory = Directory.read(folder)
    made = rebase(engine, directory, sides(directory, [version], None))
    assert made.edited == (theirs.name,)  # it is mine, and nothing is sealed after it
    with pytest.raises(CheckError, match=rf"{theirs.name} was edited"):
        rebase(engine, directory, sides(directory, list(MINE), None))
    mine.write_text("ALTER TABLE a ADD COLUMN other int;\n")
    directory = Directory.read(folder)
    for versions in ([version], list(MINE)):  # of what comes after an edited file nobody can tell
        with pytest.raises(CheckError, match=rf"{mine.name} was edited") as refused:
            rebase(engine, directory, sides(directory, versions, None))
        assert "migrate hash" in refused.value.do
    mine.unlink()
    directory = Directory.read(folder)
    with pytest.raises(CheckError, match=rf"{mine.name} was removed"):
        rebase(engine, directory, sides(directory, [version], None))
    sums = folder / "atlas.sum"
    sums.write_text("".join(sums.read_text().splitlines(keepends=True)[:2]))
    directory = Directory.read(folder)
    with pytest.raises(CheckError, match="checksum mismatch"):  # the list was cut short
        rebase(engine, directory, sides(directory, [version], None))


def test_what_is_not_sealed_yet_may_be_moved(engine: Engine, tmp_path: Path) -> None:
    folder = Path(make(tmp_path, {**BASE, **THEIRS}).path)
    (folder / next(iter(MINE))).write_text(next(iter(MINE.values())))
    directory = Directory.read(folder)
    made = rebase(engine, directory, sides(directory, list(MINE), None))
    assert (len(made.moved), made.edited) == (1, ())


def test_mine_that_was_repaired_in_a_conflict_is_named(engine: Engine, forked: Path) -> None:
    git(forked, "merge", "main", ok=False)
    (forked / next(iter(MINE))).write_text("ALTER TABLE a ADD COLUMN repaired int;\n")
    directory = Directory.read(forked)
    assert rebase(engine, directory, sides(directory, [], None)).edited == tuple(MINE)
