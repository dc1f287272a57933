"""Forecasts: what a target holds, and how long statements would take there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from telamon.errors import LockError, TelamonError
from telamon.lint.finding import Finding
from telamon.lint.forecast import SPEEDS, between, bytes_of, count, duration
from telamon.lint.judge import Judge
from telamon.lint.rules import RULES
from telamon.lint.stats import Stats, TableStats, load_stats, read_stats
from tests.lint.conftest import EVERYTHING, Lab

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, a text, n int);
CREATE INDEX t_n ON t (n);
CREATE TABLE p (id int NOT NULL, a int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000);
CREATE TABLE unknown (id int);
"""
MB = 1_000_000
STATS = Stats("shop", "18", "2026-01-01T00:00:00Z", 100.0, 90.0, 0, (
    TableStats("public", "t", "r", 5e6, 600 * MB, 150 * MB, 1000),
    TableStats("public", "p", "p", 1e6, 100 * MB, 0, 0),
))  # fmt: skip


def findings(lab: Lab, sql: str, code: str, stats: Stats = STATS) -> list[Finding]:
    """The findings of one rule."""
    [(file, seen, context, failure)] = lab.run(SETUP, sql)
    assert not failure
    found = Judge(RULES, EVERYTHING, stats).report(file, seen, context, failure).findings
    return [finding for finding in found if finding.code == code]


@pytest.mark.parametrize(
    ("sql", "code", "work", "doing", "amount"),
    [
        ("ALTER TABLE t ADD COLUMN g uuid DEFAULT gen_random_uuid();", "PG302", "rewriting 750 MB", "rewrites", 750),
        ("ALTER TABLE t ALTER COLUMN n SET NOT NULL;", "PG303", 'reading 600 MB of "t" (5 M rows)', "reads", 600),
        ("CREATE INDEX t_a ON t (a);", "PG101", 'building "t_a" over 600 MB', "builds", 600),
        ("DO $$ BEGIN EXECUTE 'CREATE INDEX t_a ON t (a)'; END $$;", "PG101", 'building "t_a" over', "builds", 600),
        ("ALTER TABLE p ADD CHECK (a > 0);", "PG305", 'reading 100 MB of "p" (1 M rows)', "reads", 100),
        ("CREATE INDEX p_a ON p (a);", "PG101", 'building "p_a" over 100 MB of "p"', "builds", 100),
        ("UPDATE t SET a = '';", "TL209", 'writing all of 750 MB of "t"', "writes", 750),
    ],
)
def test_work(lab: Lab, sql: str, code: str, work: str, doing: str, amount: int) -> None:
    """The range is the size divided by the speeds, and the basis is told; partitions are told with their whole."""
    [finding, *_] = findings(lab, sql, code)
    slow, fast = SPEEDS[doing]  # type: ignore[index]
    assert work in finding.forecast
    assert finding.forecast_seconds == pytest.approx((amount / fast, amount / slow), abs=0.01)
    assert "shop, 2026-01-01T00:00:00Z" in finding.forecast


def test_who_waits(lab: Lab) -> None:
    """A lock is held to the end of the file; writes queue up behind it, and it behind the oldest transaction."""
    renamed = findings(lab, "ALTER TABLE t RENAME a TO b;", "BC102")[0].forecast
    assert renamed.startswith('a moment once it has its lock; reads and writes of "t" wait meanwhile, 10.0 writes/s')
    assert "a transaction that has been open for 90 s" in renamed
    built = findings(lab, "CREATE INDEX t_a ON t (a);", "PG101")[0].forecast
    assert '; writes of "t" wait meanwhile' in built
    held = findings(lab, "ALTER TABLE t ADD COLUMN b int; CREATE INDEX p_a ON p (a);", "PG101")[0].forecast
    assert 'reads and writes of "p" and "t" wait' in held
    hidden = Stats("shop", "18", "", 1.0, 0.0, 3, STATS.tables)
    assert "could not be looked at: 3" in findings(lab, "ALTER TABLE t RENAME a TO b;", "BC102", hidden)[0].forecast


def test_what_the_target_has_not_and_what_is_new(lab: Lab) -> None:
    """The one is said, of the other nothing."""
    assert findings(lab, "CREATE INDEX ON unknown (id);", "PG101")[0].forecast.startswith(
        'unknown: the target has no "unknown"'
    )
    [finding] = findings(lab, "CREATE TABLE fresh (id int, j json);", "TL301")
    assert (finding.forecast, finding.forecast_seconds) == ("", None)


def test_a_target_is_read(lab: Lab, tmp_path: Path) -> None:
    """Sizes, rows and writes; what was written to a file is read back as it was."""
    with lab.dev.create() as database:
        connection = database.connect()
        connection.execute(SETUP.encode())
        connection.execute("INSERT INTO t SELECT g, repeat('x', 100), g FROM generate_series(1, 1000) g")
        connection.execute("INSERT INTO p SELECT g, g FROM generate_series(1, 500) g; ANALYZE")
        connection.execute("SELECT pg_stat_force_next_flush()" if lab.dev.version_num >= 150000 else "SELECT 1")
        other = database.connect()
        other.execute("BEGIN; SELECT 1")
        stats = read_stats(database.connect())
        table, whole = stats.by_name["public", "t"], stats.by_name["public", "p"]
        assert (table.rows, whole.rows, whole.kind) == (1000, 500, "p")
        assert table.bytes > 100_000 and table.index_bytes > 16_000 and whole.bytes >= 16_000
        assert stats.oldest_transaction > 0 and stats.since_seconds > 0
        (tmp_path / "stats.json").write_text(stats.to_json())
        assert load_stats(str(tmp_path / "stats.json")) == stats


def test_a_table_that_stays_locked(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for a size."""
    monkeypatch.setattr("telamon.lint.stats._PATIENCE", "50ms")
    with lab.dev.create() as database:
        connection = database.connect()
        connection.execute("CREATE TABLE t ()")
        connection.execute("BEGIN; LOCK TABLE t")
        with pytest.raises(LockError, match="stayed locked"):
            read_stats(database.connect())


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2}', '{"version": 1, "tables": [3]}', json.dumps({"version": 1, "tables": []})]
)
def test_wrong_files(tmp_path: Path, text: str) -> None:
    """They are refused, and it is said how to write one."""
    path = tmp_path / "stats.json"
    path.write_text(text)
    with pytest.raises(TelamonError) as caught:
        load_stats(str(path))
    assert "telamon schema stats" in caught.value.do
    with pytest.raises(TelamonError, match="cannot be read"):
        load_stats(str(tmp_path / "none.json"))


def test_numbers_for_people() -> None:
    """Two digits that matter."""
    assert [duration(each) for each in (0.25, 12.4, 150, 7500, 200_000)] == ["0.2 s", "12 s", "2 min", "2 h", "2 days"]
    assert [bytes_of(each) for each in (5, 1500, 25_000_000, 3e12)] == ["5.0 B", "1.5 kB", "25 MB", "3.0 TB"]
    assert [count(each) for each in (7, 1234, 5e6)] == ["7", "1.23 k", "5 M"]
    assert [between(*each) for each in ((0, 0.05), (0.01, 3), (60, 60.2), (60, 600))] == [
        "less than 0.1 s", "up to 3.0 s", "about 60 s", "60 s to 10 min"
    ]  # fmt: skip
