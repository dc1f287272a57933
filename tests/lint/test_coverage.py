"""Every rule of the field study of other tools, and every code of Atlas for PostgreSQL, has a rule here."""

from __future__ import annotations

import pytest

from telamon.lint.rules import RULES
from tests.lint.conftest import Lab

ATLAS = {
    "DS101", "DS102", "DS103", "MF101", "MF102", "MF103", "MF104", "CD101", "CD102", "CD103", "BC101", "BC102", "PG101",
    "PG102", "PG103", "PG104", "PG105", "PG110", "PG301", "PG302", "PG303", "PG304", "PG305", "PG306", "PG307", "PG308",
    "PG309", "PG310", "PG311", "NM101", "NM102", "NM103", "NM104", "NM105", "NM106", "TX101", "TX201", "OW101", "OW102",
    "SA101",
}  # fmt: skip
"""Codes of 2026; those for MySQL and SQLite are left out. `non_linear` is a group there and here."""
BY_CODE = {rule.code: rule for rule in RULES}
STUDIED = [*(f"L{n}" for n in range(1, 37)), *(f"C{n}" for n in range(1, 18)), *(f"Y{n}" for n in range(1, 20))]
"""Locks and rewrites, data loss and compatibility, style: the study's three tables."""
BY_THE_SERVER = {"Y11": "UPDATE t SET n = 1, n = 2;"}
"""What PostgreSQL refuses by itself: the file does not replay, and that is said with its place."""

SETUP = """
CREATE SCHEMA s; CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS text;
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a text, n int, k d, v varchar(9), b boolean);
CREATE INDEX t_n ON t (n);
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER w BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE VIEW w1 AS SELECT v FROM t;
"""
NONE = "-- atlas:txmode none\n\n"
VARIANTS = {
    ("L3", "a table"): ("REINDEX TABLE t;", "TL103"),
    ("L19", "a schema"): ("ALTER SCHEMA s RENAME TO s2;", "TL119"),
    ("L19", "a type"): ("ALTER TYPE e RENAME TO e2;", "TL119"),
    ("L19", "a value"): ("ALTER TYPE e RENAME VALUE 'a' TO 'c';", "TL213"),
    ("L19", "a table"): ("ALTER TABLE u RENAME TO u2;", "BC101"),
    ("L24", "VACUUM FULL"): (f"{NONE}VACUUM FULL t;", "TL124"),
    ("L24", "CLUSTER"): ("CLUSTER t USING t_pkey;", "TL124"),
    ("L25", "unlogged"): ("ALTER TABLE t SET UNLOGGED;", "PG307"),
    ("L25", "another tablespace"): (
        f"{NONE}SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE telamon_here LOCATION '';\n"
        "ALTER TABLE t SET TABLESPACE telamon_here;\nALTER TABLE t SET TABLESPACE pg_default;\n"
        "DROP TABLESPACE telamon_here;",
        "TL135",
    ),
    ("L26", "dropped"): ("DROP TRIGGER w ON t;", "PG308"),
    ("L26", "disabled"): ("ALTER TABLE t DISABLE TRIGGER w;", "PG308"),
    ("L30", "a long read"): ("CREATE TABLE c AS SELECT * FROM t;", "TL130"),
    ("L31", "both settings"): ("ALTER TABLE t ADD COLUMN z int;", "TL131"),
    ("C3", "a database"): (f"{NONE}DROP DATABASE IF EXISTS telamon_not_there;", "DS101"),
    ("C5", "with CASCADE"): ("TRUNCATE u CASCADE;", "TL205"),
    ("C7", "by a constraint"): ("ALTER TABLE t ADD UNIQUE (n);", "MF101"),
    ("C8", "of a column"): ("ALTER TABLE t DROP COLUMN v CASCADE;", "TL208"),
    ("C9", "a delete"): ("DELETE FROM t;", "TL209"),
    ("C15", "a policy"): ("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON t USING (true);", "TL225"),
    ("Y2", "smallint"): ("CREATE TABLE c (id smallint PRIMARY KEY);", "TL302"),
    ("Y4", "char(n)"): ("CREATE TABLE c (id bigint PRIMARY KEY, x char(3));", "TL304"),
    ("Y12", "a transaction in a transaction"): ("BEGIN; ALTER TABLE t ADD COLUMN z int; COMMIT;", "TX201"),
    ("Y13", "a table that is renamed"): ('ALTER TABLE u RENAME TO "U";', "NM102"),
    ("Y13", "a column that is renamed"): ('ALTER TABLE t RENAME COLUMN a TO "A";', "NM103"),
    ("Y13", "an index that is renamed"): ('ALTER INDEX t_n RENAME TO "T_n";', "NM104"),
    ("Y15", "many"): (" ".join(f"CREATE INDEX ON t (n, a, ({i} + n));" for i in range(12)), "TL317"),
    ("Y16", "over an expression"): ("CREATE INDEX ON t ((n + 1));", "TL318"),
    ("Y17", "a boolean"): ("ALTER TABLE t ADD COLUMN z boolean;", "TL319"),
    ("Y18", "types"): ("ALTER TABLE t ADD COLUMN z money;", "TL324"),
    ("Y18", "comments"): ("CREATE TABLE c (id bigint PRIMARY KEY);", "TL323"),
    ("Y18", "no foreign keys"): ("ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES u;", "TL325"),
    ("Y19", "a wildcard in front"): ("DELETE FROM t WHERE a LIKE '%x';", "TL326"),
}
"""What a line of the study means besides the bad example of its rule: (sql, code)."""


def test_every_code_of_atlas_is_here() -> None:
    """So that the directives of a directory that comes from Atlas go on to mean something."""
    assert set(BY_CODE) >= ATLAS
    assert "non_linear" in {rule.analyzer for rule in RULES}


@pytest.mark.parametrize("line", STUDIED)
def test_every_line_of_the_study_has_a_rule(line: str) -> None:
    """A rule names the lines that it covers."""
    assert line in BY_THE_SERVER or any(line in rule.peers for rule in RULES)


def test_rules_name_no_line_that_there_is_not() -> None:
    """Nor a line twice."""
    known = {*STUDIED, "OW", "SA"}
    assert {line for rule in RULES for line in rule.peers} <= known
    assert all(len(set(rule.peers)) == len(rule.peers) for rule in RULES)


@pytest.mark.parametrize("line", BY_THE_SERVER)
def test_what_the_server_refuses(lab: Lab, line: str) -> None:
    """It is an error with its place."""
    [report] = lab.reports(SETUP, BY_THE_SERVER[line])
    assert report.failure and "m/1.sql:1" in report.failure


@pytest.mark.parametrize(("line", "what"), VARIANTS)
def test_variants(lab: Lab, line: str, what: str) -> None:
    """Each is found, by a rule that names the line."""
    sql, code = VARIANTS[line, what]
    assert code in lab.codes(SETUP, sql)
    assert line in BY_CODE[code].peers


def test_a_begin_without_a_commit(lab: Lab) -> None:
    """As apply refuses it; the next file is judged on what was before."""
    reports = lab.reports(SETUP, f"{NONE}BEGIN;\nALTER TABLE t ADD COLUMN z int;", "ALTER TABLE t ADD COLUMN z int;")
    assert (
        reports[0].failure and "leaves a transaction open" in reports[0].failure and "m/1.sql:4" in reports[0].failure
    )
    assert reports[1].failure is None


@pytest.mark.parametrize(
    ("query", "found"),
    {
        "'SELECT ' || a": True,
        "'SELECT ' || upper($1)": True,
        "format('SELECT %s', a)": True,
        "format('SELECT %1$s', a)": True,
        "a": True,
        "concat('SELECT ', a)": True,
        "format('SELECT %I, %L, 100 %%', a, a)": False,
        "'SELECT ' || quote_ident(a) || quote_literal(a)": False,
        "'SELECT ' || a::regclass": False,
        "'SELECT ' || b": False,
        "'SELECT 1'": False,
    }.items(),
)
def test_sql_in_a_function(lab: Lab, query: str, found: bool) -> None:
    """What a caller gives as text is quoted, or it is told."""
    body = f"BEGIN EXECUTE {query} USING a; END"
    sql = f"CREATE FUNCTION f(a text, b int) RETURNS void LANGUAGE plpgsql AS $f$ {body} $f$;"
    assert ("SA101" in lab.codes(SETUP, sql)) == found
