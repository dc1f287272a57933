"""Reading, verifying and changing a migration directory."""

from __future__ import annotations

import base64
import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telamon.directory import Directory, locate
from telamon.directory.verify import SumError
from telamon.errors import CheckError, TelamonError, UsageError

NOW = datetime.datetime(2026, 3, 27, 10, 0, 0, tzinfo=datetime.UTC)
FILES = {"1_a.sql": b"create table a ();\n", "2_b.sql": b"create table b ();\n", "3_c.sql": b"create table c ();\n"}


def make(path: Path, files: dict[str, bytes]) -> Directory:
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return Directory.read(path).seal()


def failure(path: Path) -> SumError:
    with pytest.raises(SumError) as caught:
        Directory.read(path).verify()
    return caught.value


def test_which_files_count_and_in_which_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "0.sql").write_text("x")
    directory = make(tmp_path, {"2_x.sql": b"", "10_x.sql": b"", "README.md": b"", ".9.sql": b"", "1.sql.bak": b""})
    assert [file.name for file in directory.files] == [".9.sql", "10_x.sql", "2_x.sql"]
    directory.verify()


def test_locate() -> None:
    assert locate("a/b/") == locate("file://a/b") == locate("file://a/b?format=atlas") == "a/b"
    assert locate("file:///x/a%20b") == "/x/a b"
    for url in ("atlas://app", "mem://x", "file://m?format=goose"):
        with pytest.raises(UsageError):
            locate(url)


def test_missing_or_no_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        Directory.read(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not a directory"):
        Directory.read(tmp_path / "file", missing_ok=True)
    assert Directory.read(tmp_path / "none", missing_ok=True).files == ()
    (tmp_path / "x.sql").mkdir()
    with pytest.raises(TelamonError, match="cannot read"):
        Directory.read(tmp_path)


def test_no_sum_file(tmp_path: Path) -> None:
    Directory.read(tmp_path).check()
    (tmp_path / "1.sql").write_text("")
    assert failure(tmp_path).what == "checksum file not found"


@pytest.mark.parametrize(
    ("change", "line", "text"),
    [
        ({"2_b.sql": b"x"}, 3, "2_b.sql was edited"),
        ({"2_b.sql": None}, 3, "2_b.sql was removed"),
        ({"2_x.sql": b""}, 4, "2_x.sql was added"),
        ({"4.sql": b""}, 5, "4.sql was added"),
        ({"2_b.sql": b"-- atlas:sum ignore\n"}, 3, "2_b.sql was removed"),
    ],
)
def test_first_difference(tmp_path: Path, change: dict[str, bytes | None], line: int, text: str) -> None:
    make(tmp_path, FILES)
    for name, content in change.items():
        if content is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_bytes(content)
    error = failure(tmp_path)
    assert error.what == f"checksum mismatch: {text}"
    assert error.where == f"{tmp_path}/atlas.sum:{line}"
    assert error.exit_code == 3
    assert "telamon migrate hash" in error.do


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"a;\nb;\n", b"a;\r\nb;\r\n", "LF became CRLF"),
        (b"a;\r\nb;\r\n", b"a;\nb;\n", "sealed with CRLF"),
        (b"a;", b"a;\n", "line end was added"),
        (b"a;\n", b"a;", "line end at its end was removed"),
        (b"a;\n", b"\xef\xbb\xbfa;\n", "byte order mark"),
        (b"a;\n", b"b;\n", "not the one that was sealed"),
    ],
)
def test_edits_nobody_meant_are_recognised(tmp_path: Path, before: bytes, after: bytes, why: str) -> None:
    make(tmp_path, {**FILES, "0.sql": b"-- atlas:sum ignore\n", "2_b.sql": before})
    (tmp_path / "2_b.sql").write_bytes(after)
    error = failure(tmp_path)
    assert why in error.why
    assert (".gitattributes" in error.do) == ("CRLF" in why)


def test_rename_is_recognised(tmp_path: Path) -> None:
    make(tmp_path, FILES)
    (tmp_path / "2_b.sql").rename(tmp_path / "1_z.sql")
    assert "1_z.sql has exactly its content" in failure(tmp_path).why


@pytest.mark.parametrize(
    ("cut", "what", "why"),
    [
        (lambda lines: lines[:-1], "checksum mismatch", "first file it does not know is 3_c.sql"),
        (lambda lines: ["h1:" + "A" * 44, *lines[1:]], "checksum mismatch", "Line 1 seals"),
        (lambda lines: [], "checksum mismatch", "Line 1 seals"),
        (lambda lines: [*lines, ""], "checksum file format invalid", "this one is not"),
        (lambda lines: [*lines, "\udcff h1:x"], "checksum mismatch", "lists it"),
    ],
)
def test_damaged_sum_file(tmp_path: Path, cut, what: str, why: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path, FILES)
    lines = cut((tmp_path / "atlas.sum").read_text().splitlines())
    content = "".join(f"{line}\n" for line in lines)
    (tmp_path / "atlas.sum").write_bytes(content.encode(errors="surrogateescape"))
    error = failure(tmp_path)
    assert (what in error.what, why in error.why) == (True, True), error


def test_merge_conflict_is_explained(tmp_path: Path) -> None:
    def git(*arguments: str, ok: bool = True) -> None:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
        subprocess.run(command, check=ok, capture_output=True)

    git("init", "-b", "main")
    make(tmp_path, FILES)
    git("add", ".")
    git("commit", "-m", "base")
    git("checkout", "-b", "mine")
    Directory.read(tmp_path).write("5_mine.sql", b"x;")
    git("add", ".")
    git("commit", "-m", "mine")
    git("checkout", "main")
    Directory.read(tmp_path).write("4_theirs.sql", b"y;")
    git("add", ".")
    git("commit", "-m", "theirs")
    git("merge", "mine", ok=False)
    error = failure(tmp_path)
    assert "merge conflict" in error.what
    assert error.where.endswith("atlas.sum:1")
    assert "ours: 4_theirs.sql\ntheirs: 5_mine.sql" in error.why
    Directory.read(tmp_path).seal().check()


def test_duplicate_and_descending_versions(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="two migrations have the version 1"):
        make(tmp_path / "a", {"1_a.sql": b"", "1_b.sql": b""}).check()
    with pytest.raises(CheckError, match="version 20260327 stands after 20260327120000"):
        make(tmp_path / "b", {"20260327120000_a.sql": b"", "20260327_b.sql": b""}).check()
    make(tmp_path / "c", {"20260326170903_baseline.sql": b"", "20260327_x.sql": b"", "v1.sql": b""}).check()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "20260327100000"),
        (["20260326170903_baseline.sql"], "20260327100000"),
        (["20260327100000.sql"], "20260327100001"),
        (["20991231235959_x.sql"], "21000101000000"),
        (["20260327_x.sql"], "20260328000000"),
        (["20260327120000_a.sql", "20260327_b.sql"], "20260328000000"),
        (["0001_a.sql", "0002_b.sql"], "20260327100000"),
        (["3_partly.sql"], "4"),
        (["99999999999998_x.sql"], "99999999999999"),
        (["9.sql"], None),
        (["v1_x.sql"], None),
    ],
)
def test_new_version_comes_last(tmp_path: Path, names: list[str], expected: str | None) -> None:
    directory = make(tmp_path, dict.fromkeys(names, b""))
    if expected is None:
        with pytest.raises(TelamonError, match="no timestamp comes after"):
            directory.new_version(NOW)
        return
    version = directory.new_version(NOW)
    assert version == expected
    assert sorted([*names, f"{version}.sql", f"{version}_x.sql"])[-2:] == [f"{version}.sql", f"{version}_x.sql"]


def test_checkpoints(tmp_path: Path) -> None:
    checkpoint = b"-- atlas:checkpoint\n\nx;"
    files = {"1.sql": b"", "2_cp.sql": checkpoint, "3.sql": b"", "4_cp.sql": checkpoint, "5.sql": b""}
    directory = make(tmp_path, {**files, "6.sql": b"-- atlas:sum ignore\n"})

    def names(upto: str | None) -> tuple[list[str], list[str]]:
        empty, others = directory.for_empty_database(upto), directory.without_checkpoints(upto)
        return [file.name for file in empty], [file.name for file in others]

    assert names(None) == (["4_cp.sql", "5.sql"], ["1.sql", "3.sql", "5.sql"])
    assert names("3") == (["2_cp.sql", "3.sql"], ["1.sql", "3.sql"])
    assert names("1") == (["1.sql"], ["1.sql"])
    with pytest.raises(UsageError, match="no migration has the version 6"):
        directory.for_empty_database("6")
    with pytest.raises(CheckError, match="checksum not found"):
        directory.entry_hash(directory.files[-1])


def test_chain_key(tmp_path: Path) -> None:
    base = make(tmp_path / "a", {**FILES, "0.sql": b"-- atlas:sum ignore\n1"})
    keys = [base.chain_key(version) for version in ("1", "2", "3")]
    assert len(set(keys)) == 3
    assert base.chain_key() == keys[2]
    assert len(base64.b64decode(keys[0])) == 32
    longer = make(tmp_path / "a", {"4.sql": b""})
    assert [longer.chain_key(version) for version in ("1", "2", "3")] == keys
    edited = make(tmp_path / "a", {"2_b.sql": b"x"})
    assert [edited.chain_key(version) == key for version, key in zip("123", keys, strict=True)] == [True, False, False]
    shifted = make(tmp_path / "b", {"1.sql": b"a2.sqlb"}), make(tmp_path / "c", {"1.sql": b"a", "2.sql": b"b"})
    assert shifted[0].chain_key() != shifted[1].chain_key()


def test_write(tmp_path: Path) -> None:
    path = tmp_path / "x" / "migrations"
    directory = Directory.read(path, missing_ok=True).write("1_a.sql", b"a;").write("2.sql", b"b;")
    directory.check()
    assert directory == Directory.read(path)
    assert sorted(os.listdir(path)) == ["1_a.sql", "2.sql", "atlas.sum"]
    before = (path / "atlas.sum").read_bytes()
    for name in ("../3.sql", "3.txt", "a\\3.sql", "3\n.sql"):
        with pytest.raises(UsageError):
            directory.write(name, b"")
    with pytest.raises(CheckError, match="version 1 is there already"):
        directory.write("1_b.sql", b"")
    (path / "1_a.sql").write_bytes(b"tampered")
    with pytest.raises(TelamonError, match="changed by somebody else"):
        directory.write("3.sql", b"")
    with pytest.raises(SumError, match=r"1_a\.sql was edited"):
        Directory.read(path).write("3.sql", b"")
    assert (path / "atlas.sum").read_bytes() == before


WRITE = "import sys; from telamon.directory import Directory; Directory.read(sys.argv[1]).write('9.sql', b'x' * 9)"
FAULT = """
import os, signal, sys
countdown = int(sys.argv[2])
def faulty(original):
    def call(*arguments, **options):
        global countdown
        for moment in ("before", "after"):
            countdown -= 1
            if countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if moment == "before":
                result = original(*arguments, **options)
        return result
    return call
for name in ("open", "fsync", "replace", "fdopen", "unlink", "mkdir", "rmdir"):
    setattr(os, name, faulty(getattr(os, name)))
"""


def run(code: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


REWRITE = """
import sys
from telamon.directory import Directory
directory = Directory.read(sys.argv[1])
directory.become(directory.changed({"2_b.sql": b"new", "8.sql": b"8", "9.sql": b"9"}, ["1_a.sql", "3_c.sql"]))
"""


@pytest.mark.parametrize("code", [WRITE, REWRITE])
def test_killed_at_any_moment(tmp_path: Path, code: str) -> None:
    wanted = {**FILES, "9.sql": b"x" * 9} if code == WRITE else {"2_b.sql": b"new", "8.sql": b"8", "9.sql": b"9"}
    outcomes = set()
    for moment in range(1, 150):
        path = tmp_path / str(moment)
        before = make(path, FILES)
        result = run(FAULT + code, str(path), str(moment))
        after = Directory.read(path)
        after.check()
        assert not [name for name in os.listdir(path) if "telamon" in name]
        complete = {file.name: file.content for file in after.files} == wanted
        assert complete or after == before
        outcomes.add(complete)
        if result.returncode == 0:
            break
        assert result.returncode == -9, result.stderr
    assert (outcomes, result.returncode) == ({True, False}, 0)
    assert moment > 15


def test_a_stale_draft_changes_nothing(tmp_path: Path) -> None:
    before = make(tmp_path, FILES)
    (tmp_path / ".telamon.draft" / "new").mkdir(parents=True)
    (tmp_path / ".telamon.draft" / "new" / "4.sql").write_bytes(b"half")
    (tmp_path / ".telamon.draft" / "list").write_bytes(b"+4.sql\n-1")
    assert Directory.read(tmp_path) == before
    assert sorted(os.listdir(tmp_path)) == [*FILES, "atlas.sum"]


def test_disk_full(tmp_path: Path) -> None:
    before = make(tmp_path, FILES)
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))\n"  # smaller than the sum file
    result = run(limit + WRITE, str(tmp_path))
    assert "cannot be written; it is as before" in result.stderr
    assert Directory.read(tmp_path) == before
    assert sorted(os.listdir(tmp_path)) == [*FILES, "atlas.sum"]


@pytest.mark.parametrize(("code", "failing"), [(WRITE, "atlas.sum"), (REWRITE, "atlas.sum"), (REWRITE, "/8.sql")])
def test_a_later_rename_fails(tmp_path: Path, code: str, failing: str) -> None:
    before = make(tmp_path, FILES)
    fault = (
        f"failing = {failing!r}"
        + """
import errno, os
original = os.replace
def replace(source, target):
    if target.endswith(failing) and "telamon.change" not in target:
        raise OSError(errno.ENOSPC, "No space left on device")
    original(source, target)
os.replace = replace
"""
    )
    result = run(fault + code, str(tmp_path))
    assert "No space left on device" in result.stderr
    assert "Free some space" in result.stderr
    assert Directory.read(tmp_path) == before


def test_not_writable(tmp_path: Path) -> None:
    before = make(tmp_path, FILES)
    # Root may write everywhere: it becomes nobody, standing in the directory, whose parents nobody else may enter.
    drop = "import os, sys, fcntl, telamon.directory.store\nif os.getuid() == 0: os.setuid(65534)\n"
    tmp_path.chmod(0o555)
    try:
        result = run(drop + WRITE, ".", cwd=tmp_path)
    finally:
        tmp_path.chmod(0o755)
    assert "Permission denied" in result.stderr
    assert "cannot be written" in result.stderr
    assert Directory.read(tmp_path) == before


def test_writers_side_by_side(tmp_path: Path) -> None:
    make(tmp_path, FILES)
    code = "from telamon.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", code, "migrate", "new", "x", "--dir", str(tmp_path)]
    writers = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(6)]
    written = sum(writer.wait() == 0 for writer in writers)
    directory = Directory.read(tmp_path)
    directory.check()
    assert written == len(directory.files) - len(FILES) >= 1
