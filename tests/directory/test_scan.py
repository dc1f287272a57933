"""Splitting, one case a rule."""

from __future__ import annotations

import time

import pytest

from telamon.errors import TelamonError
from telamon.scan import split


def texts(sql: str, **options: object) -> list[str]:
    return [statement.text for statement in split(sql, "f.sql", **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param("a;\n b;", ["a;", "b;"], id="semicolon stays"),
        pytest.param("a;\nb", ["a;", "b"], id="last one without delimiter"),
        pytest.param(" ;;\n; a; ;", ["a;"], id="empty statements"),
        pytest.param("", [], id="nothing"),
        pytest.param("-- only\n/* comments */ -- here", [], id="only comments"),
        pytest.param("a ';' \";\" `;`; b;", ["a ';' \";\" `;`;", "b;"], id="quotes"),
        pytest.param("select 'it''s;';b;", ["select 'it''s;';", "b;"], id="doubled quote"),
        pytest.param(r"select 'x\'; select 2;", [r"select 'x\';", "select 2;"], id="plain string takes no escapes"),
        pytest.param(r"select E'it\'s;', e'a''b\';'; b;", [r"select E'it\'s;', e'a''b\';';", "b;"], id="escape string"),
        pytest.param(r"select date'x\'; b;", [r"select date'x\';", "b;"], id="a word that ends in e"),
        pytest.param("do $$ a; $x$ ; $$; b;", ["do $$ a; $x$ ; $$;", "b;"], id="dollar quote"),
        pytest.param("do $ü1$ ';( $ü1$; b;", ["do $ü1$ ';( $ü1$;", "b;"], id="dollar quote with tag"),
        pytest.param("select a$b$c; select $1; d$b$;", ["select a$b$c;", "select $1;", "d$b$;"], id="dollar in a word"),
        pytest.param("create rule r do (a; b); c;", ["create rule r do (a; b);", "c;"], id="parentheses"),
        pytest.param("a -- ; '\n, b; c;", ["a -- ; '\n, b;", "c;"], id="comment inside stays"),
        pytest.param("a /* ; /* ' */ ; */ b; c;", ["a /* ; /* ' */ ; */ b;", "c;"], id="nested comment inside"),
        pytest.param("/* x /* y; */ z; */ a;", ["a;"], id="nested comment before"),
        pytest.param("a; -- trailing ;\nb;", ["a;", "b;"], id="trailing comment"),
        pytest.param("BEGIN;\na;\nCOMMIT;", ["BEGIN;", "a;", "COMMIT;"], id="transaction"),
        pytest.param("begin work; a;\nend;", ["begin work;", "a;", "end;"], id="transaction closed by END"),
        pytest.param("DELIMITER //\na; b//\ndelimiter ;\nc;", ["a; b", "c;"], id="DELIMITER command"),
        pytest.param("DELIMITER '//'\na//", ["a"], id="quoted DELIMITER"),
        pytest.param("-- atlas:delimiter \\n\\n\na;\nb;\n\nc;\n", ["a;\nb;", "c;"], id="delimiter directive"),
        pytest.param("-- atlas:delimiter -- end\na;\n-- end\nb;\n", ["a;", "b;"], id="delimiter like a comment"),
        pytest.param("-- atlas:delimiter XX\na xx b XX\n c", ["a xx b", "c"], id="delimiter is case sensitive"),
        pytest.param("\\restrict abc\na;\n\\unrestrict abc\n", ["a;"], id="pg_dump's own commands"),
    ],
)
def test_rule(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


ATOMIC = """CREATE FUNCTION f(x int) RETURNS int LANGUAGE SQL
BEGIN  ATOMIC
  -- a comment; with '
  SELECT CASE WHEN x > 1 THEN (CASE x WHEN 2 THEN 3 END) ELSE 4 END;
  SELECT 1;
END;"""


def test_begin_atomic_stays_together() -> None:
    assert texts(f"{ATOMIC}\nselect begin atomic;\n{ATOMIC[:-1]}") == [ATOMIC, "select begin atomic;", ATOMIC[:-1]]


def test_column_called_begin_in_an_atomic_body() -> None:
    body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT a AS begin FROM t; SELECT t.begin FROM t; END;"
    assert texts(f"{body} x; END;") == [body, "x;", "END;"]


def test_routine_called_begin() -> None:
    assert len(texts("BEGIN; CREATE FUNCTION s.begin() RETURNS int AS $$x$$; END;")) == 3


def test_routine_with_plain_begin_stays_together_as_in_atlas() -> None:
    body = "CREATE PROCEDURE p()\nBEGIN\n  IF x THEN a; END IF;\n  BEGIN\n b; END;\n c;\nEND;"
    assert texts(f"{body}\nx;") == [body, "x;"]


def test_view_with_a_column_called_begin_is_not_a_block() -> None:
    sql = "BEGIN;\nCREATE VIEW v AS SELECT a AS begin FROM t;\nEND;"
    assert len(texts(sql)) == 3


def test_lines_and_comments() -> None:
    found = split("a;\n\n-- one\n# no comment here\n;-- x\n\n-- two\n/* three */\nb;\n-- off\n \nc;", "f.sql")
    assert [(s.text, s.origin.line, s.comments) for s in found] == [
        ("a;", 1, ()),
        ("# no comment here\n;", 4, ("-- one",)),
        ("b;", 9, ("-- two", "/* three */")),
        ("c;", 12, ()),
    ]
    assert str(found[0].origin) == "f.sql:1"
    assert split("-- atlas:delimiter //\n\na//", "f")[0].origin.line == 3
    assert split("\n\na;", "f", first_line=10)[0].origin.line == 12


DUMP = """\\restrict x
\\connect db
COPY public.t (a, b) FROM stdin;
1\tit's; (
\\\\.
\\.

COPY t FROM stdin WITH (FORMAT csv);
\\.
COPY (select 1 from stdin) TO '/x';
copy t from '/stdin';
select 1;
"""


def test_pg_dump_file() -> None:
    found = split(DUMP, "d.sql", psql=True)
    assert [(s.text, s.copy_data) for s in found] == [
        ("COPY public.t (a, b) FROM stdin;", "1\tit's; (\n\\\\.\n"),
        ("COPY t FROM stdin WITH (FORMAT csv);", ""),
        ("COPY (select 1 from stdin) TO '/x';", None),
        ("copy t from '/stdin';", None),
        ("select 1;", None),
    ]
    assert found[1].origin.line == 8


@pytest.mark.parametrize(
    ("sql", "where", "what"),
    [
        ("'open", "f.sql:1:1", "unclosed quote '"),
        ("12345'x", "f.sql:1:6", "unclosed quote '"),
        ('x\n\n 1"', "f.sql:3:3", 'unclosed quote "'),
        (r"select E'a\'", "f.sql:1:9", "unclosed quote '"),
        ("()(open", "f.sql:1:3", "unclosed '('"),
        ("1234)6", "f.sql:1:5", "unexpected ')'"),
        ("a;\ndo $x$ $y$", "f.sql:2:4", "unclosed dollar quote $x$"),
        ("a /* /* */", "f.sql:1:3", "unclosed comment"),
        ("create function f() begin atomic select 1;", "f.sql:1:21", "BEGIN ATOMIC without END"),
        ("a;\n\\connect x\n", "f.sql:2:1", "\\connect is a command of psql"),
        ("COPY t FROM stdin;\n1\n", "f.sql:1:1", "has no end"),
        ("COPY t FROM stdin; x\n\\.", "f.sql:1:19", "on its own line"),
        ("-- atlas:delimiter\na", "f.sql:1:1", "the delimiter is empty"),
    ],
)
def test_error(sql: str, where: str, what: str) -> None:
    with pytest.raises(TelamonError) as caught:
        split(sql, "f.sql")
    assert (caught.value.where, what in caught.value.what) == (where, True)


@pytest.mark.parametrize(
    "unit",
    [
        "CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x''y');\n",
        "create procedure p() begin ;\n",
        "-- a\n-- b\n",
        "BEGIN WORK;\n",
        "(';')",
        "$a$b$a$ ",
        "E'x\\'' ",
    ],
)
def test_half_a_megabyte_takes_less_than_a_second(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        split(text, "f.sql")
        return time.process_time() - start

    assert min(seconds(500_000) for _ in range(2)) < 1


def test_deep_nesting_is_no_traceback() -> None:
    assert len(texts("create function f " + "begin " * 5000)) == 1
