"""Splitting a text anew after an edit gives what splitting the whole text gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from telamon.errors import TelamonError
from telamon.sources.cuts import Cut, cut, recut
from telamon.statements import Statement

PIECES = (
    "CREATE TABLE t (id int);", "\n", "-- a comment\n", "/* c; */", "SELECT 'a;b';", "$$", "'", ";", "SELECT 1",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;", "BEGIN", "\\restrict x\n", "(", ")", "END;",
    "COPY t FROM stdin;\n1\n\\.\n", "DELIMITER //\n", "//", "-- atlas:delimiter X\n", "X", "\u00e9", '"',
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def told(split: Cut) -> list[tuple[str, tuple[str, ...], str | None]]:
    """The statements without their lines."""

    def row(statement: Statement) -> tuple[str, tuple[str, ...], str | None]:
        return statement.text, statement.comments, statement.copy_data

    return [row(statement) for statement in split.statements]


@settings(max_examples=600, deadline=None, database=None, derandomize=True)
@given(texts, texts, texts, texts)
def test_after_any_edit(head: str, gone: str, come: str, tail: str) -> None:
    try:
        before = cut(head + gone + tail, "x.sql")
        whole = cut(head + come + tail, "x.sql")
    except TelamonError:
        return
    again = recut(before, head + come + tail)
    assert told(again) == told(whole)
    assert again.ends == whole.ends


def test_only_what_is_about_an_edit_is_read_again() -> None:
    lines = [f"CREATE TABLE t{number} (id int);\n" for number in range(100)]
    before = cut("".join(lines), "x.sql")
    lines[50] = "CREATE TABLE u (id int, x text);\n"
    again = recut(before, "".join(lines))
    kept = [one is other for one, other in zip(before.statements, again.statements, strict=True)]
    assert kept.count(False) <= 2
    assert told(again) == told(cut("".join(lines), "x.sql"))
