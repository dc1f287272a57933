from __future__ import annotations

import pytest

from telamon.errors import TelamonError
from telamon.sources.units import Unit, cut, keywords
from telamon.statements import Origin, Statement


def _statements(*texts: str, path: str = "f.sql") -> list[Statement]:
    return [Statement(text, Origin(path, line)) for line, text in enumerate(texts, 1)]


def _texts(units: list[Unit]) -> list[list[str]]:
    return [[statement.text for statement in unit.statements] for unit in units]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("create table t()", ("CREATE", "TABLE", "T")),
        ("/* a /* b */ c */ alter -- x\n system set", ("ALTER", "SYSTEM", "SET")),
        ("begin;", ("BEGIN",)),
        ("-- nothing", ()),
        ("(select 1)", ()),
    ],
)
def test_keywords_pass_over_comments(text: str, words: tuple[str, ...]) -> None:
    assert keywords(text) == words


def test_settings_stand_above_the_units_of_their_own_file_only() -> None:
    first = _statements(
        "SELECT 1", "SET search_path = a", "SELECT 2", "SELECT set_config('a.b', '', false)", "SELECT 3"
    )
    units = cut([*first, *_statements("SELECT 4", path="g.sql")])
    assert _texts(units) == [["SELECT 1"], ["SELECT 2"], ["SELECT 3"], ["SELECT 4"]]
    assert [unit.reach for unit in units] == [0, 1, 2, 0]
    assert units[0].settings is units[2].settings is not units[3].settings


def test_a_transaction_is_one_unit_and_its_settings_last_if_it_is_committed() -> None:
    block = ["BEGIN;", "SET a.b = 1", "SAVEPOINT s", "ROLLBACK TO s", "COMMIT;"]
    undone = ["START TRANSACTION", "SET a.c = 1", "ROLLBACK"]
    units = cut(_statements(*block, *undone, "SELECT 1"))
    assert _texts(units) == [block, undone, ["SELECT 1"]]
    assert [unit.reach for unit in units] == [0, 1, 1]


def test_copy_and_local_settings_outside_a_transaction_are_left_out() -> None:
    assert cut(_statements("COPY t FROM stdin", "SET LOCAL a.b = 1", "SET CONSTRAINTS ALL DEFERRED")) == []


@pytest.mark.parametrize(
    "text", ["CREATE DATABASE x", "alter /* */ system set a = 1", "DROP TABLESPACE x", "SELECT '\0'"]
)
def test_what_is_no_part_of_a_schema_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(TelamonError) as caught:
        cut(_statements("SELECT 1", text))
    assert caught.value.where == "f.sql:2"


def test_a_transaction_that_is_never_ended_is_refused() -> None:
    with pytest.raises(TelamonError, match="never ended") as caught:
        cut(_statements("SELECT 1", "BEGIN", "SELECT 2"))
    assert caught.value.where == "f.sql:2"
