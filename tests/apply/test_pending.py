"""What is pending, rule by rule, and for any directory and history."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telamon.apply.pending import ExecOrder, baseline_file, cut, pending, refuse_unordered
from telamon.errors import CheckError, UsageError


@dataclass(frozen=True)
class File:
    version: str
    checkpoint: bool = False

    @property
    def name(self) -> str:
        return f"{self.version}.sql"


@dataclass(frozen=True)
class Row:
    version: str
    partial: bool = False


def files(text: str) -> list[File]:
    """`1 2 3*`: a star marks a checkpoint."""
    return [File(word.rstrip("*"), word.endswith("*")) for word in text.split()]


def rows(text: str) -> list[Row]:
    """`1 2 3?`: a question mark marks an unfinished one."""
    return [Row(word.rstrip("?"), word.endswith("?")) for word in text.split()]


@pytest.mark.parametrize(
    ("directory", "history", "order", "run", "unordered"),
    [
        ("1 2", "", "linear", "1 2", ""),
        ("1 2 3* 4", "", "linear", "3 4", ""),
        ("1 2* 3 4* 5", "", "linear", "4 5", ""),
        ("1 2 3* 4", "1", "linear", "2 4", ""),
        ("1 2 3* 4", "3", "linear", "4", ""),
        ("1 2 3* 4", "3?", "linear", "3 4", ""),
        ("1 2 3", "1 2?", "linear", "2 3", ""),
        ("1 2 3", "1 2 3", "linear", "", ""),
        ("1 2 3 4", "1 3", "linear", "4", "2"),
        ("1 2 3 4", "1 3", "linear-skip", "4", "2"),
        ("1 2 3 4", "1 3", "non-linear", "2 4", "2"),
        ("1 2 3* 4", "1 2 4", "non-linear", "", ""),
        ("1 2 3", "2", "linear", "3", ""),  # 1 is before the first revision: a baseline
        ("1 2 3 4", "1 2? 3", "linear", "2 4", ""),  # unfinished business that is not the last row
        ("2", "1 2", "linear", "", ""),  # the file of a finished row may be gone
        ("10 2", "10", "linear", "2", ""),  # versions compare as text
    ],
)
def test_rules(directory: str, history: str, order: ExecOrder, run: str, unordered: str) -> None:
    found = pending(files(directory), rows(history), order)
    assert " ".join(file.version for file in found.files) == run
    assert " ".join(file.version for file in found.out_of_order) == unordered


def test_an_unfinished_file_that_is_gone() -> None:
    with pytest.raises(CheckError, match='revision "2" is partially applied but migration file was not found'):
        pending(files("1 3"), rows("1 2?"))


def test_linear_refuses_what_is_out_of_order_by_name() -> None:
    found = pending(files("1 2 3"), rows("1 3"))
    with pytest.raises(CheckError, match=r"2\.sql added out of order"):
        refuse_unordered(found, "linear")
    refuse_unordered(found, "linear-skip")


def test_a_target_ahead_of_the_directory() -> None:
    assert pending(files("1 2"), rows("1 2 3")).ahead == "3"
    assert pending(files("1 2"), rows("1 2")).ahead == ""


def test_baseline_and_target_version_must_exist() -> None:
    assert baseline_file(files("1 2"), "2").version == "2"
    with pytest.raises(UsageError, match='baseline version "3" not found'):
        baseline_file(files("1 2"), "3")
    with pytest.raises(UsageError, match='version "3" not found'):
        cut(files("1 2"), amount=None, to_version="3", known=files("1 2"))
    assert cut(files("1 2 3"), amount=2, to_version=None, known=files("1 2 3")) == tuple(files("1 2"))
    assert cut(files("2 3"), amount=None, to_version="1", known=files("1 2 3")) == ()


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[File], list[Row]]:
    versions = sorted(draw(st.sets(st.text("0129ab", min_size=1, max_size=3), max_size=8)))
    directory = [File(version, draw(st.booleans())) for version in versions]
    done = [Row(version, draw(st.integers(0, 3)) == 0) for version in versions if draw(st.booleans())]
    return directory, done


@given(histories(), st.sampled_from(["linear", "linear-skip", "non-linear"]))
def test_nothing_twice_nothing_lost(given_: tuple[list[File], list[Row]], order: ExecOrder) -> None:
    directory, done = given_
    found = pending(directory, done, order)
    run = [file.version for file in found.files]
    finished = {row.version for row in done if not row.partial}
    assert len(run) == len(set(run))
    assert not finished & set(run)
    assert {row.version for row in done if row.partial} <= set(run)
    if done:
        expected = {f.version for f in directory if not f.checkpoint and f.version > done[-1].version}
        assert expected <= set(run)
        if order == "non-linear":
            assert {file.version for file in found.out_of_order} <= set(run)
    # Once all of it has run, nothing is pending.
    after = {row.version for row in done} | set(run)
    again = pending(directory, [Row(version) for version in sorted(after)], order)
    assert again.files == ()


@given(histories())
def test_the_order_of_a_run_is_that_of_the_directory_but_for_repairs(given_: tuple[list[File], list[Row]]) -> None:
    directory, done = given_
    run = [file.version for file in pending(directory, done, "non-linear").files]
    assert run == sorted(run)
