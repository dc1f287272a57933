"""Names, directives, archives and texts of migration files."""

from __future__ import annotations

import pytest

from telamon.directory import MigrationFile, file_name
from telamon.directory.directives import file_directives, statement_directives
from telamon.errors import CheckError, TelamonError, UsageError
from telamon.scan import split


def migration(text: str | bytes, name: str = "1_x.sql") -> MigrationFile:
    return MigrationFile(name, f"m/{name}", text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(
    ("name", "version", "description"),
    [
        ("1.a_sub.up.sql", "1.a", "sub.up"),
        ("2.10.x-20_description.sql", "2.10.x-20", "description"),
        ("20240101120000.sql", "20240101120000", ""),
        ("1_a_b.sql", "1", "a_b"),
    ],
)
def test_version_and_description(name: str, version: str, description: str) -> None:
    assert (migration("", name).version, migration("", name).description) == (version, description)


def test_file_name() -> None:
    assert file_name("1") == "1.sql"
    assert file_name("1", "Add-ü.x_2") == "1_Add-ü.x_2.sql"
    for odd in ("a/b", "a\\b", "..\\x y", "a\nb", "a b", "h1:"):
        with pytest.raises(UsageError):
            file_name("1", odd)
    with pytest.raises(UsageError, match="too long"):
        file_name("1", "ü" * 130)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-- atlas:txmode none\n\nx;", [("txmode", "none")]),
        ("-- atlas:txmode none\n \t\nx;", [("txmode", "none")]),
        ("# atlas:nolint a  b\n-- other\n--atlas:checkpoint\n\nx;", [("nolint", "a  b"), ("checkpoint", "")]),
        ("-- atlas:nolint\n-- only comments\n", [("nolint", "")]),
        ("-- atlas:nolint", [("nolint", "")]),
        ("-- atlas:txmode none\nx;", []),
        ("\n-- atlas:txmode none\n\nx;", []),
        ("-- atlas:txmode none\r\n\r\nx;", []),
        ("/* atlas:txmode none */\n\nx;", []),
    ],
)
def test_file_directives(text: str, found: list[tuple[str, str]]) -> None:
    assert [(directive.name, directive.argument) for directive in file_directives(text)] == found


def test_statement_directives() -> None:
    text = (
        "--atlas:nolint\n-- atlas:nolint DS103\n#atlas:lint x\n"
        "/*atlas:nolint PG301 */\n/* atlas:lint no */\n/*\natlas:lint no */\nx;\n"
    )
    statement = split(text.replace("#atlas", "-- #atlas"), "f")[0]
    found = [(directive.name, directive.argument) for directive in statement_directives(statement.comments)]
    assert found == [("nolint", ""), ("nolint", "DS103"), ("nolint", "PG301")]
    assert statement_directives(["# atlas:nolint a"])[0].argument == "a"
    assert split("-- atlas:nolint\n\nx;", "f")[0].comments == ()


def test_tx_mode() -> None:
    assert migration("x;").tx_mode is None
    assert migration("-- atlas:txmode none\n\nx;").tx_mode == "none"
    with pytest.raises(CheckError, match="not allowed") as caught:
        migration("-- x\n-- atlas:txmode all\n\nx;").check()
    assert caught.value.where == "m/1_x.sql:2"
    with pytest.raises(CheckError, match="more than one"):
        migration("-- atlas:txmode none\n-- atlas:txmode none\n\nx;").check()


ARCHIVE = """-- atlas:txtar
-- atlas:nolint DS102

-- checks/a.sql --
-- atlas:assert oneof
SELECT true;
SELECT false;

-- checks.sql --
SELECT NOT EXISTS (SELECT FROM t);
-- migration.sql --
-- atlas:txmode none

DROP TABLE t;

-- down.sql --
CREATE TABLE t ();
"""


def test_archive() -> None:
    file = migration(ARCHIVE)
    assert [part.name for part in file.parts] == ["checks/a.sql", "checks.sql", "migration.sql", "down.sql"]
    assert [(s.text, s.origin.line) for s in file.statements()] == [("DROP TABLE t;", 14)]
    one_of, all_of = file.checks()
    assert (one_of.one_of, [s.text for s in one_of.statements]) == (True, ["SELECT true;", "SELECT false;"])
    assert (all_of.one_of, all_of.statements[0].origin.line) == (False, 10)
    assert [s.text for s in file.down() or []] == ["CREATE TABLE t ();"]
    assert (file.tx_mode, file.arguments("nolint")) == ("none", ["DS102"])
    plain = migration("x;")
    assert (plain.checks(), plain.down(), plain.parts[0].text) == ((), None, "x;")


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("-- atlas:txtar\n-- checks.sql --\nselect 1;", "no part migration.sql", 1),
        ("-- atlas:txtar\n-- migration.sql --\n-- up.sql --\n", "unknown part up.sql", 3),
        ("-- atlas:txtar\n-- migration.sql --\n-- migration.sql --\n", "two parts migration.sql", 3),
        ("-- atlas:import ./tables\n\nx;", "not allowed in a migration", 1),
    ],
)
def test_wrong_archive(text: str, what: str, line: int) -> None:
    with pytest.raises(CheckError, match=what) as caught:
        migration(text).check()
    assert caught.value.where == f"m/1_x.sql:{line}"


def test_texts_that_cannot_be_read() -> None:
    with pytest.raises(CheckError, match="NUL") as caught:
        migration(b"a;\nb\0;").check()
    assert caught.value.where == "m/1_x.sql:2 (byte 4)"
    with pytest.raises(CheckError, match="0xff, which is not UTF-8"):
        migration(b"a\xff;").check()
    with pytest.raises(TelamonError, match="unclosed quote"):
        migration("select '").check()


def test_crlf_and_byte_order_mark_are_reported() -> None:
    file = migration(b"\xef\xbb\xbfa;\r\n")
    assert [s.text for s in file.statements()] == ["a;"]
    assert ["CRLF" in file.warnings()[0], "byte order mark" in file.warnings()[1]] == [True, True]
    assert migration("a;\n").warnings() == ()
