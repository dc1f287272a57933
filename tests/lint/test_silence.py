"""Comments that take findings away."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.directory import MigrationFile
from telamon.lint.settings import Settings, read_settings
from telamon.lint.silence import of_file, of_statement
from telamon.project import load_project
from tests.lint.conftest import Lab

SETUP = "CREATE TABLE t (id bigint PRIMARY KEY, a text);"


def left(lab: Lab, sql: str) -> list[str]:
    """The codes of what is found with the default settings."""
    return [finding.code for finding in lab.findings(SETUP, sql, settings=Settings())]


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("-- atlas:nolint", True),
        ("-- atlas:nolint PG101", True),
        ("-- atlas:nolint concurrent_index destructive", True),
        ("-- atlas:nolint create-index-concurrently", True),
        ("-- telamon:nolint PG101: the table has ten rows", True),
        ("-- atlas:nolint PG101\n-- reason: the table has ten rows", True),
        ("-- atlas:nolint PG1", False),
        ("-- atlas:nolint pg101", False),
        ("-- telamon:nolint PG102: something else", False),
    ],
)
def test_above_a_statement(lab: Lab, comment: str, silent: bool) -> None:
    """It holds for that statement alone; names match exactly."""
    sql = f"SELECT 1;\n{comment}\nCREATE INDEX t_a ON t (a);\nDROP INDEX t_a;\nCREATE INDEX t_b ON t (a);"
    assert left(lab, sql).count("PG101") == (1 if silent else 2)


def test_reasons_are_read() -> None:
    """For whoever wants to list them."""
    file = MigrationFile("1.sql", "1.sql", b"-- telamon:nolint PG101, DS102: small\n\nSELECT 1;\n")
    [silence] = of_file(file)
    assert (silence.names, silence.reason) == (frozenset({"PG101", "DS102"}), "small")
    attached = MigrationFile("1.sql", "1.sql", b"-- telamon:nolint PG101: small\nSELECT 1;\n")
    assert of_file(attached) == []
    assert [each.reason for each in of_statement(attached.statements()[0])] == ["small"]


def test_an_environment_adds_to_what_stands_above(tmp_path: Path) -> None:
    """Key by key, down to the severities."""
    config = tmp_path / "telamon.toml"
    config.write_text('[lint]\ngrandfather = "5"\n[lint.severity]\nA = "off"\n[env.x.lint.severity]\nB = "error"\n')
    settings = read_settings(load_project(str(config), "x"))
    assert (settings.grandfather, dict(settings.levels)) == ("5", {"A": "off", "B": "error"})
