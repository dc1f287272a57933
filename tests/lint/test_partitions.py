"""A partitioned table is judged as one: what its partitions go through is told of it, once, with what can be done."""

from __future__ import annotations

import re

import pytest

from tests.lint.conftest import Lab

SETUP = """
CREATE TABLE o (id int PRIMARY KEY);
CREATE TABLE p (id int NOT NULL, a text, n int, u int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (300) PARTITION BY RANGE (id);
CREATE TABLE p21 PARTITION OF p2 FOR VALUES FROM (100) TO (200);
CREATE TABLE pd PARTITION OF p DEFAULT;
CREATE INDEX p_a ON p (a);
"""
TOLD = {
    "ALTER TABLE p ADD COLUMN g uuid DEFAULT gen_random_uuid();": "PG302",
    "ALTER TABLE p ADD COLUMN i int GENERATED ALWAYS AS IDENTITY;": "PG310",
    "ALTER TABLE p ADD COLUMN g int GENERATED ALWAYS AS (n + 1) STORED;": "PG309",
    "ALTER TABLE p ALTER COLUMN n TYPE bigint;": "PG301",
    "ALTER TABLE p ALTER COLUMN n SET NOT NULL;": "PG303",
    "ALTER TABLE p ALTER COLUMN n SET NOT NULL; -- its data": "MF104",
    "ALTER TABLE p ADD CONSTRAINT c CHECK (n > 0);": "PG305",
    "ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES o;": "PG306",
    "ALTER TABLE p ADD CONSTRAINT k UNIQUE (id, u);": "PG105",
    "ALTER TABLE p ADD CONSTRAINT k PRIMARY KEY (id, u);": "PG104",
    "CREATE INDEX p_n ON p (n);": "PG101",
    "DROP INDEX p_a;": "PG102",
    "UPDATE p SET n = 1;": "TL209",
    "TRUNCATE p;": "TL205",
    "DROP TABLE p;": "DS102",
    "ALTER TABLE p DROP COLUMN n;": "DS103",
    "ALTER TABLE p RENAME COLUMN n TO m;": "BC102",
}
ONLINE = ("PG101", "PG104", "PG105", "PG303", "PG305", "PG306")
"""Those that have a way without downtime, which is another one than that of a plain table."""
QUIET = {
    "an index that is filled later": ("CREATE UNIQUE INDEX k ON ONLY p (id, u);", "PG101 MF101 TL105"),
    "a constraint that is filled later": ("ALTER TABLE ONLY p ADD CONSTRAINT k UNIQUE (id, u);", "PG105 MF101"),
    "a new partition beside a new default": (
        "CREATE TABLE q (LIKE o) PARTITION BY RANGE (id); CREATE TABLE qd PARTITION OF q DEFAULT;"
        " CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (9);",
        "TL121",
    ),
    "a new partition beside no default": (
        "ALTER TABLE p DETACH PARTITION pd; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400);",
        "TL121",
    ),
}


@pytest.mark.parametrize("sql", TOLD)
def test_it_is_told_once_and_whole(lab: Lab, sql: str) -> None:
    """Of the table, not of each partition."""
    found = lab.findings(SETUP, sql)
    [finding] = [each for each in found if each.code == TOLD[sql]]
    assert '"p"' in finding.message
    named = [each.message for each in found if re.search('"p[12d]', each.message) and each.severity != "info"]
    assert not [message for message in named if not message.startswith("This goes through")]


@pytest.mark.parametrize("sql", [sql for sql, code in TOLD.items() if code in ONLINE])
def test_what_is_offered_runs_and_is_good(lab: Lab, sql: str) -> None:
    """CONCURRENTLY, USING INDEX and, before 18, NOT VALID are refused for partitioned tables: it goes by partitions."""
    code = TOLD[sql]
    [finding] = [each for each in lab.findings(SETUP, sql) if each.code == code]
    parts = re.split(r"\n+-- (?:in the next file|and in the one after it)[^\n]*:\n", finding.rewrite)
    assert len(parts) >= 2
    reports = lab.reports(SETUP, *parts)
    assert [report.failure for report in reports] == [None] * len(parts)
    assert code not in [each.code for report in reports for each in report.findings]


@pytest.mark.parametrize("case", QUIET)
def test_what_touches_no_row_is_not_told(lab: Lab, case: str) -> None:
    """An index ON ONLY a partitioned table builds nothing."""
    sql, codes = QUIET[case]
    assert not set(codes.split()) & set(lab.codes(SETUP, sql))


def test_an_index_that_a_partition_has_already(lab: Lab) -> None:
    """The server takes it; so does what is offered, and the whole index is valid at the end."""
    setup = f"{SETUP} CREATE INDEX p1_n ON p1 (n);"
    [finding] = [each for each in lab.findings(setup, "CREATE INDEX p_n ON p (n);") if each.code == "PG101"]
    parts = re.split(r"\n+-- (?:in the next file|and in the one after it)[^\n]*:\n", finding.rewrite)
    *_, (_, seen, _, failure) = lab.run(setup, *parts)
    assert not failure
    [index] = [
        each for table in seen[-1].after.relations.values() for each in table.indexes.values() if each.name == "p_n"
    ]
    assert index.valid


def test_a_partition_by_itself(lab: Lab) -> None:
    """What is done to one of them is told of that one."""
    [finding] = [
        each for each in lab.findings(SETUP, "ALTER TABLE p1 ALTER COLUMN n SET NOT NULL;") if each.code == "PG303"
    ]
    assert '"p1"' in finding.message


def test_locks_that_are_held(lab: Lab) -> None:
    """They are told of the table, too."""
    found = lab.findings(SETUP, "ALTER TABLE p ADD COLUMN b int; CREATE INDEX o_i ON o (id);")
    [message] = [each.message for each in found if each.code == "TL105"]
    assert 'the lock on "p" that' in message


def test_a_new_partition_reads_the_default(lab: Lab) -> None:
    """Its rows might belong there: it is read under the strongest lock."""
    for sql in (
        "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400);",
        "CREATE TABLE p3 (LIKE p); ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400);",
    ):
        [finding] = [each for each in lab.findings(SETUP, sql) if each.code == "TL121"]
        assert '"pd"' in finding.message
