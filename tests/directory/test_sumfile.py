"""The sum file against values that Atlas computed."""

from __future__ import annotations

import pytest

from telamon.directory.directives import sum_ignored
from telamon.directory.sumfile import Entry, SumFile, compute
from telamon.directory.verify import Difference, compare, parse

A_B = {"1_a.sql": "CREATE TABLE a (id int);\n", "2_b.sql": "CREATE TABLE b (id int);\n"}
TABLES = [f"CREATE TABLE `tbl_{number}` (`col` int);\n" for number in (1, 2)]
VECTORS = {
    "no files": ({}, "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
    "V1": (
        {"1_initial.down.sql": "DROP TABLE IF EXISTS t;", "1_initial.up.sql": "CREATE TABLE t(c int);"},
        """h1:M74RrNK69S2pj6C541LR1ew5O32/i0WoyNgsJmyuiUk=
1_initial.down.sql h1:0zypK43rgPbgvVUgVJABGN25VgM1QSeU+LJDBb8cEQI=
1_initial.up.sql h1:hFhs5XhRml4KTWGF5td6h1s7xNqAFnaEBbC5Y/NF7i4=
""",
    ),
    "V2": (
        {
            "1_initial.sql": 'CREATE SCHEMA IF NOT EXISTS "bc_test";\n'
            'CREATE TABLE "bc_test"."bc_tbl" ("col" INTEGER NULL);'
        },
        """h1:80V3wCzovMg2ot2hR0arbEjEfMfKWDeQNrXZJbFPF10=
1_initial.sql h1:53poyM34ShPWCVU41ldi4d9LUrzqPiQfBdEq//yH4Jo=
""",
    ),
    "V3": (
        {"1_baseline.sql": '-- create "baseline" table\nCREATE TABLE baseline (`c` int NOT NULL);\n'},
        """h1:GqOjMVGk2H0qYhhtJ1SPCyyHEBbWP/LD2ueWQTY4e6A=
1_baseline.sql h1:rZgkRmNcN2UEKgxru1nHCpBRVn/fjFavyQ4xxPxhrD4=
""",
    ),
    "V4": (
        {
            "1.a_sub.up.sql": '-- create table "t_sub"\nCREATE TABLE t_sub(c int);\n'
            "-- add c1 column\nALTER TABLE t_sub ADD c1 int;",
            "2.10.x-20_description.sql": "-- add c2 column\nALTER TABLE t_sub ADD c2 int;",
            "3_partly.sql": "-- add c3 column\nALTER TABLE t_sub ADD c3 int;\n"
            "-- add c4 column\nALTER TABLE t_sub ADD c4 int;",
        },
        """h1:VpH77zWOBMwX5QhvnQo0XQvXCrOYZg4h1o0XlJTQnl0=
1.a_sub.up.sql h1:nXyZR020M/mH7LxkoTkJr7BcQkipVg90imQ9I4595dw=
2.10.x-20_description.sql h1:wQB3Vh3PHVXQg9OD3Gn7TBxbZN3r1Qb7TtAE1g3q9mQ=
3_partly.sql h1:lHlMz6mEvBfvjry5lFXjs2vi6Et9xb9CWicaOXD42Qc=
""",
    ),
    "V5": (
        {
            "1_first.sql": "create table `tbl_1` (`col` int);\n",
            "2_second.sql": "create table `tbl_2` (`col` int);\n",
            "3_checkpoint.sql": "-- atlas:checkpoint\n\n" + "".join(TABLES),
            "4_fourth.sql": "create table `tbl_3` (`col` int);\n",
            "5_checkpoint.sql": "-- atlas:checkpoint\n\n" + "".join(TABLES) + "create table `tbl_3` (`col` int);\n",
            "6_sixth.sql": "CREATE TABLE `tbl_4` (`col` int);\n",
        },
        """h1:POfbsH2G2GIXAZQ2CdPa5ufTxcLpcnperz/gX0Vw6Uk=
1_first.sql h1:uJ2MyyeTqXx4rCqtRMQAvRrfsvdwmvsZ3LcadVvCdOc=
2_second.sql h1:TLO00GtsqSi8o0ySoaofBqxemrElL8fHOs3IRnqYvB8=
3_checkpoint.sql h1:LR4UjDYVtrRuHLN5GQwLAYnXrSf/iO70psY8hTmLmjw=
4_fourth.sql h1:QvaneqKxg+3R+zNzCP/wW43XkECdHkUwEpxJKPICEP8=
5_checkpoint.sql h1:syyuaJb/hoMRO7MJlv4AMhYqMCoSb8ZgcHENO8RqN3I=
6_sixth.sql h1:JNhpyBtH7XKqGBNRHQ+AvM9IDpO08C3G/swWPHfLkfw=
""",
    ),
    "one file": (
        {"1.sql": "create table t(c int);"},
        """h1:c65+pk+5S1KtbfM507EX2aHTRniPp3jLnK06EDOUAjI=
1.sql h1:qumY4jc8RXfi37f3HyZ6uJE7QCL43ySDu0lK+PDmSDY=
""",
    ),
    "ignored": (
        {"1.sql": "-- atlas:sum ignore\nfoo", "2.sql": "bar"},
        """h1:xFk03k/36tQDE1kH9BlVB5Po2eIszlxx8gyjI2+Vhnw=
2.sql h1:lIdNC2cssSVOub6mDkCWZuoOi7yo22QyefR2vsnTFRc=
""",
    ),
    "without the ignored one": (
        {"2.sql": "bar"},
        """h1:q5G5Ol88whx+Yf7v9eG7nIryO+Y4r6iZ/suLuc2spwc=
2.sql h1:FDNgCsKFpDz9eWxdeAjtNjEfU5KHUvrXG5s6ogweQcM=
""",
    ),
    "CRLF": (
        {"1.sql": "a;\r\n"},
        """h1:feU12kiwQMOEuMCBQ2bDJrsQ/GLrRHvzb+xq3aQP7Jo=
1.sql h1:kjyGnCWiuaKmmaSf8h1k4WendqG75cNkTvVrm1uMecE=
""",
    ),
    "LF": (
        {"1.sql": "a;\n"},
        """h1:pR8V5bRLkFlbUY0Hj4BLNkEeroY3+iBGJ+dYZbP6kgA=
1.sql h1:ChjTXaBLAVa6XgruuZo+EsfrJ90p/1BuPoJRF1Xs1jA=
""",
    ),
    "two files": (
        A_B,
        """h1:suWOgEl4b8+ZGnGkyRcy2AueRtZKAkT6PdNTDiVWU88=
1_a.sql h1:e72Wd39UNYY4sGrVkNYkCs4GRrWBQ0ASXh73rS+WpU4=
2_b.sql h1:LYBzMWp8I1J0wb5WVXG/rhd1DXb0uUx/zp1eAIICVlY=
""",
    ),
}


def of(files: dict[str, str]) -> SumFile:
    return compute((name, text.encode()) for name, text in sorted(files.items()))


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    files, expected = VECTORS[name]
    assert of(files).render().decode() == expected
    parsed, total = parse(expected.encode())
    assert (parsed, total) == (of(files), of(files).total)


@pytest.mark.parametrize(
    ("first_line", "ignored"),
    [
        (b"-- atlas:sum ignore\n", True),
        (b"//atlas:sum ignore", True),
        (b"atlas:sum   ignore\n", True),
        (b"# atlas:sum ignore\r\n", False),
        (b"-- atlas:sum\n", False),
        (b"-- atlas:sum ignore it\n", False),
        (b"\n-- atlas:sum ignore\n", False),
        ("-- ü atlas:sum ignore\n".encode(), False),
    ],
)
def test_sum_ignore(first_line: bytes, ignored: bool) -> None:
    assert sum_ignored(first_line) is ignored


def test_line_without_hash_is_malformed() -> None:
    for text in ("h1:x\n\n1.sql h1:y\n", "h1:x\n1.sql\n"):
        with pytest.raises(ValueError, match="2"):
            parse(text.encode())


def test_crlf_in_the_sum_file_is_no_difference() -> None:
    content = of(A_B).render()
    assert parse(content.replace(b"\n", b"\r\n")) == parse(content)


THREE = {"1_first.up.sql": "a", "2_second.sql": "b"}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (THREE, None),
        ({"2_second.sql": "b"}, Difference(2, 2, 48, "1_first.up.sql", "removed")),
        ({**THREE, "2_second.sql": "c"}, Difference(3, 2, 111, "2_second.sql", "edited")),
        ({**THREE, "3.sql": "c"}, Difference(4, 2, 172, "3.sql", "added")),
        ({**THREE, "0.sql": "c"}, Difference(2, 2, 48, "0.sql", "added")),
        ({"1_first.up.sql": "a"}, Difference(3, 2, 111, "2_second.sql", "removed")),
    ],
)
def test_first_difference(now: dict[str, str], expected: Difference | None) -> None:
    assert compare(of(THREE), of(now)) == expected


def test_positions_are_bytes_of_the_sum_file() -> None:
    content = of(THREE).render()
    assert content[111:].startswith(b"2_second.sql")
    assert len(content) == 172
    assert SumFile((Entry("ü.sql", "x"),)).render().endswith("ü.sql h1:x\n".encode())
