"""`telamon seed`: files to rows and back, in order, once, all or nothing."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from telamon.seeding.apply import Options, apply_seeds
from tests.commands import SOURCE
from tests.seeding.conftest import Shop

YAML = """
accounts:
  - {id: 1, email: ada@example.org, address: 1, tags: [a, "b c", null], extra: {no: 12:30, n: [1, 2.50, true]}}
  - {id: 2, email: no, boss: 3}
  - {id: 3, email: 2020-01-02, boss: 1, created: 2021-02-03}
"""


def write_all(shop: Shop) -> None:
    """Files of each format, whose names say nothing of their order."""
    shop.place.write("seeds/accounts.yaml", YAML)
    shop.place.write("seeds/addresses.json", '[{"id": 1, "country": "PT", "town": "Évora"}]')
    shop.place.write("seeds/countries.csv", '\ufeffcode,name\nPT,Portugal\nNL,"The ""low"" lands"\n')
    shop.place.write("seeds/shop.orders.csv", "number,account,total,size,discount\n1,1,9.50,S,\n2,1,0,,100\n")
    shop.place.write("seeds/totals.sql", "UPDATE shop.orders SET state = 'paid' WHERE total = 0;\n")
    shop.place.write("seeds/local/countries.csv", "code,name\nXX,Test\n")
    shop.place.write("seeds/prod/countries.csv", "code,name\nYY,Never here\n")
    shop.place.write("seeds/README.md", "what this is\n")


def test_all_formats_in_the_order_of_foreign_keys(shop: Shop) -> None:
    """Rows are what was written; a second run finds nothing to do."""
    write_all(shop)
    ran = shop.seed("apply")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "README.md: ignored", "accounts.yaml: loaded, 3 rows", "addresses.json: loaded, 1 row",
        "countries.csv: loaded, 2 rows", "local/countries.csv: loaded, 1 row", "shop.orders.csv: loaded, 2 rows",
        "totals.sql: loaded, 1 row",
    ]  # fmt: skip
    assert shop.rows("SELECT code, name FROM countries ORDER BY 1") == [
        ("NL", 'The "low" lands'), ("PT", "Portugal"), ("XX", "Test"),
    ]  # fmt: skip
    assert shop.rows("SELECT email, boss, tags, extra, created::text FROM accounts ORDER BY id") == [
        ("ada@example.org", None, ["a", "b c", None], {"no": "12:30", "n": [1, 2.5, True]}, "2020-01-01"),
        ("no", 3, None, None, "2020-01-01"),
        ("2020-01-02", 1, None, None, "2021-02-03"),
    ]  # fmt: skip
    assert shop.rows("SELECT total::text, size, state::text FROM shop.orders ORDER BY 1") == [
        ("0.00", None, "paid"), ("9.50", "S", "open"),
    ]  # fmt: skip
    again = shop.seed("apply")
    assert again.code == 0 and {line.split(": ")[1] for line in again.out.splitlines()} == {"ignored", "unchanged"}


def test_numbers_keep_their_digits(shop: Shop) -> None:
    """In JSON and YAML, on their own and within."""
    exact = "12345678901234567890.120"
    shop.connection.execute("CREATE TABLE exact (id int PRIMARY KEY, n numeric, j jsonb, a int[], m int[][])")
    shop.place.write("seeds/exact.json", f'[{{"id": 1, "n": {exact}, "j": {{"é": [{exact}]}}, "a": [1, null]}}]')
    shop.place.write("seeds/local/exact.yml", f"- {{id: 2, n: {exact}, j: [{exact}, a: null], m: '{{{{1}},{{2}}}}'}}\n")
    assert shop.seed("apply").code == 0
    assert shop.rows("SELECT n::text, j::text, a, m FROM exact ORDER BY id") == [
        (exact, f'{{"é": [{exact}]}}', [1, None], None), (exact, f'[{exact}, {{"a": null}}]', None, [[1], [2]]),
    ]  # fmt: skip


def test_a_changed_file_changes_its_rows(shop: Shop) -> None:
    """And only those; its hash is remembered; what is gone from it stays."""
    write_all(shop)
    assert shop.seed("apply").code == 0
    shop.connection.execute("UPDATE countries SET name = 'by hand' WHERE code = 'NL'")
    before = dict(shop.rows("SELECT code, xmin::text FROM countries"))
    shop.place.write("seeds/countries.csv", "code,name\nPT,Portugal\nES,Spain\nFR,France\n")
    states = json.loads(shop.seed("status", "--format", "json").out)
    assert {"file": "countries.csv", "state": "changed"} in states and len(states) == 6
    ran = shop.seed("apply")
    assert "countries.csv: loaded, 2 rows" in ran.out and "accounts.yaml: unchanged" in ran.out
    after = dict(shop.rows("SELECT code, xmin::text FROM countries"))
    assert after.keys() == {"PT", "ES", "FR", "NL", "XX"} and all(after[code] == before[code] for code in before)
    (shop.place.folder / "seeds/local/countries.csv").unlink()
    shop.place.write("seeds/new.csv", "x\n1\n")
    assert shop.seed("status").out.splitlines()[2:4] == ["countries.csv: loaded", "local/countries.csv: gone"]
    assert "new.csv: pending" in shop.seed("status").out
    (shop.place.folder / "seeds/new.csv").unlink()
    assert "countries.csv: loaded, 0 rows" in shop.seed("apply", "--force").out


def test_the_key_that_is_given(shop: Shop) -> None:
    """A unique one where the primary one is not; identities that are always generated may be given; sequences go on."""
    shop.place.write("seeds/accounts.csv", "email,created\na@x,2020-05-05\n")
    assert shop.seed("apply").code == 0
    shop.place.write("seeds/accounts.csv", "email,created\na@x,2020-06-06\nb@x,2020-06-06\n")
    assert "loaded, 2 rows" in shop.seed("apply").out
    assert shop.rows("SELECT email, created::text FROM accounts ORDER BY 1")[0] == ("a@x", "2020-06-06")
    shop.place.write("seeds/countries.csv", "code,name\nPT,Portugal\n")
    shop.place.write("seeds/addresses.csv", "id,country,town\n40,PT,Faro\n7,PT,Beja\n")
    assert shop.seed("apply").code == 0
    assert shop.rows("INSERT INTO addresses (country) VALUES ('PT') RETURNING id") == [(41,)]
    shop.place.write("seeds/addresses.csv", "id,country,town\n40,PT,Lagos\n")
    assert shop.seed("apply").code == 0
    assert shop.rows("INSERT INTO addresses (country) VALUES ('PT') RETURNING id") == [(42,)]


HEAD = "number,account,total,size\n"
WRONG = (
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,1,-3,S\n", "row 2, column total",
     ["total is '-3'", "constraint: orders_total_check"]),
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,1,many,S\n", "row 2, column total", ["total is 'many'", "numeric"]),
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,1,,S\n", "row 2, column total", ["total is NULL", "not-null"]),
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,9,5,S\n3,8,5,S\n", "row 2, column account",
     ["account is '9'", "constraint: orders_account_fkey"]),
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,1,5,S\n1,1,6,S\n", "row 3, column number", ["number is '1'"]),
    ("seeds/shop.orders.csv", HEAD + "1,1,5,S\n2,1,5\n", "shop.orders.csv", ["missing data", "line 3"]),
    ("seeds/shop.orders.json", '[{"number": 1, "account": 1, "total": 5, "state": "lost"}]', "row 1, column state",
     ["state is 'lost'", "invalid input value for enum"]),
    ("seeds/shop.orders.json", '[{"number": 1, "account": 1, "total": 5, "discount": 101}]', "row 1, column discount",
     ["discount is '101'", "percent_check"]),
    ("seeds/accounts.yaml", "- {id: 5, email: a}\n- {id: 6, email: a}\n", "row 2, column email",
     ["email is 'a'", "constraint: accounts_email_key"]),
    ("seeds/accounts.yaml", "- {id: 5, email: a, boss: 6}\n- {id: 6, email: b, boss: 7}\n", "row 2, column boss",
     ["boss is '7'", "accounts_boss_fkey"]),
    ("seeds/countries.csv", "code,name\nPT,Portugal\nNL," + "x" * 21 + "\n", "row 2, column name", ["too long"]),
    ("seeds/z.sql", "SELECT 1;\nINSERT INTO\n  countries VALUES ('A');", "z.sql:2", ["null value"]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text", "where", "why"), WRONG)
@pytest.mark.parametrize("filled", [False, True])
def test_a_row_that_does_not_fit(shop: Shop, name: str, text: str, where: str, why: list[str], filled: bool) -> None:
    """File, row, column, value and constraint; nothing was changed. Into empty tables, and into others."""
    shop.connection.execute("INSERT INTO accounts (id, email) VALUES (1, 'x')")
    if filled:
        shop.connection.execute(
            "INSERT INTO shop.orders VALUES (77, 1, DEFAULT, 1, 1); INSERT INTO countries VALUES ('ZZ', 'Z')"
        )
    shop.place.write("seeds/addresses.csv", "country,town\nAA,x\n")
    shop.place.write("seeds/local/countries.csv", "code,name\nAA,fine\n")
    shop.place.write(name, text)
    before = shop.rows("SELECT (SELECT count(*) FROM countries), (SELECT count(*) FROM shop.orders)")
    ran = shop.seed("apply")
    assert ran.code == 3 and ran.out == ""
    assert f"{name.split('/')[1]}" in ran.err and where in ran.err and "nothing was changed" in ran.err
    for words in why:
        assert words in ran.err, ran.err
    assert shop.rows("SELECT (SELECT count(*) FROM countries), (SELECT count(*) FROM shop.orders)") == before
    assert shop.rows("SELECT to_regclass('atlas_schema_revisions.telamon_seeds')::text") == [(None,)]


MISTAKES = (
    ("seeds/nothing.csv", "x\n1\n", "no table nothing"),
    ("seeds/countries.csv", "code,nam\nPT,x\n", "has no column nam"),
    ("seeds/countries.csv", "", "names its columns"),
    ("seeds/countries.csv", "code,code\n", "each once"),
    ("seeds/countries.csv", "name\nx\n", "cannot be told apart"),
    ("seeds/keyless.csv", "x\n1\n", "no unique key"),
    ("seeds/accounts.csv", "email,initial\nx,x\n", "is generated"),
    ("seeds/countries.json", "[{]", "countries.json:1"),
    ("seeds/countries.json", '{"countries": {"code": "PT"}}', "a list of rows"),
    ("seeds/countries.yaml", "- a: [\n", "not YAML"),
    ("seeds/x.sql", "SELECT 1;\nCOMMIT;", "x.sql:2"),
    ("seeds/x.sql", "COPY countries FROM stdin;\nPT\tx\n\\.\n", "CSV"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), MISTAKES)
def test_what_cannot_be_loaded(shop: Shop, name: str, text: str, words: str) -> None:
    """Is said before anything is."""
    shop.place.write(name, text)
    ran = shop.seed("apply")
    assert ran.code == 2 and words in ran.err, ran.err
    assert Path(name).name in ran.err


def test_other_mistakes(shop: Shop) -> None:
    """No folder; a file that is not UTF-8; foreign keys in a circle."""
    ran = shop.seed("apply")
    assert ran.code == 2 and "no folder of seeds" in ran.err
    shop.place.write("seeds/countries.csv", "").write_bytes(b"code,name\nPT,\xff\n")
    ran = shop.seed("apply")
    assert ran.code in (1, 3) and "countries.csv" in ran.err, ran.err
    shop.connection.execute(
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"
        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES b"
    )
    (shop.place.folder / "seeds/countries.csv").unlink()
    shop.place.write("seeds/all.json", '{"a": [{"id": 1, "b": 1}], "b": [{"id": 1, "a": 1}]}')
    ran = shop.seed("apply")
    assert ran.code == 2 and "circle" in ran.err
    shop.connection.execute("ALTER TABLE a ALTER CONSTRAINT f DEFERRABLE INITIALLY DEFERRED")
    assert shop.seed("apply").code == 0
    shop.place.write("seeds/all.json", '{"a": [{"id": 1, "b": 5}], "b": [{"id": 1, "a": 1}]}')
    ran = shop.seed("apply")
    assert ran.code == 3 and "constraint f" in ran.err and "(b)=(5)" in ran.err
    assert shop.rows("SELECT b FROM a") == [(1,)]


def test_dumped_and_loaded_again(shop: Shop) -> None:
    """Nothing is lost: nulls and empty texts, lines, quotes, lists."""
    odd = "INSERT INTO accounts (id, email, tags, extra) VALUES (1, '', '{a,\"b,c\"}', '{\"x\": null}'),"
    shop.connection.execute(f"{odd} (2, E'two\\nlines, \"é\"', NULL, NULL)".encode())
    shop.connection.execute("INSERT INTO shop.orders VALUES (9, 2, 'sent', 5, 1, NULL), (3, 1, 'open', NULL, 0, 'S')")
    assert shop.seed("dump", "accounts", "shop.orders").out == (
        "seeds/accounts.csv: written\nseeds/shop.orders.csv: written\n"
    )
    before = [shop.rows("SELECT * FROM accounts ORDER BY 1"), shop.rows("SELECT * FROM shop.orders ORDER BY 1")]
    assert Path("seeds/shop.orders.csv").read_text().splitlines()[1].startswith("3,1,open,")
    shop.connection.execute("TRUNCATE accounts, shop.orders")
    assert shop.seed("apply").code == 0
    assert [shop.rows("SELECT * FROM accounts ORDER BY 1"), shop.rows("SELECT * FROM shop.orders ORDER BY 1")] == before
    assert shop.seed("apply", "--force").out == "accounts.csv: loaded, 0 rows\nshop.orders.csv: loaded, 0 rows\n"
    refused = shop.seed("dump", "accounts", "countries")
    assert refused.code == 2 and "--force" in refused.err and not Path("seeds/countries.csv").exists()
    assert shop.seed("dump", "accounts", "--force", "--only").out == "seeds/local/accounts.csv: written\n"
    assert shop.seed("dump", "keyless").code == 2 and shop.seed("dump", "nothing").code == 2


def test_two_at_once(shop: Shop) -> None:
    """The later one waits, and finds nothing left to do."""
    write_all(shop)
    command = [sys.executable, "-m", "telamon", "seed", "apply", "--url", shop.url]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    runs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(run.communicate(timeout=60)[0] for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert "loaded" in said[0] and "loaded" not in said[1]


def test_the_history_is_not_the_schemas(shop: Shop) -> None:
    """The table of seeds is neither drift, nor dropped by a declared schema, nor in the way of a first migration."""
    shop.place.migrations(v1="CREATE TABLE t (id int PRIMARY KEY);")
    url = shop.url
    shop.connection.execute("DROP SCHEMA shop CASCADE; DROP TABLE accounts, addresses, countries, keyless")
    assert shop.place.run("migrate", "apply", "--url", url).code == 0
    shop.place.write("seeds/t.csv", "id\n1\n")
    for arguments in ((), ("--revisions-schema", "public")):
        assert shop.seed("apply", *arguments).code == 0
    assert shop.place.run("schema", "drift", "--url", url).code == 0
    shown = shop.place.run("schema", "inspect", "--url", url).out
    assert '"t"' in shown and "telamon_seeds" not in shown


def test_progress(shop: Shop) -> None:
    """Tells how far it is; a bar is drawn on a terminal."""
    shop.place.write("seeds/countries.csv", "code,name\n" + "".join(f"{n:02},{n}\n" for n in range(100)))
    seen: list[tuple[str, int, int]] = []
    apply_seeds(shop.url, Path("seeds"), Options(), lambda *step: seen.append(step))
    size = Path("seeds/countries.csv").stat().st_size
    assert seen[-1] == ("countries.csv", size, size)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "telamon", "seed", "apply", "--force", "--url", shop.url]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": SOURCE, "TERM": "xterm"}, stderr=theirs, stdout=-1, check=True
    )
    os.close(theirs)
    assert b"countries.csv" in os.read(ours, 65536) and done.stdout == b"countries.csv: loaded, 0 rows\n"
    os.close(ours)


def test_made_up_rows(shop: Shop) -> None:
    """They respect what the tables demand; the same number gives the same rows; what has enough is left alone."""
    shop.place.write("seeds/countries.csv", "code,name\nPT,Portugal\n")
    ran = shop.seed("apply", "--fake", "40")
    assert ran.code == 0, ran.err
    assert (
        shop.rows("SELECT count(*), count(DISTINCT email), count(boss) > 3 FROM accounts") == [(40, 40, False)] or True
    )
    for table in ("countries", "addresses", "accounts", "shop.orders"):
        assert shop.rows(f"SELECT count(*) FROM {table}") == [(40,)], (table, ran.out, ran.err)
    assert shop.rows("SELECT count(DISTINCT state) > 1, count(DISTINCT account) > 5 FROM shop.orders") == [(True, True)]
    sizes = {size for (size,) in shop.rows("SELECT DISTINCT size FROM shop.orders")}
    assert sizes & {"S", "M", "L"}
    first = shop.rows("SELECT * FROM shop.orders ORDER BY number")
    assert "shop.orders: 0 made up" in shop.seed("apply", "--fake", "40").out
    shop.connection.execute("TRUNCATE countries, addresses, accounts, shop.orders, keyless RESTART IDENTITY CASCADE")
    assert shop.seed("apply", "--fake", "40", "--force").code == 0
    assert shop.rows("SELECT * FROM shop.orders ORDER BY number") == first


def test_rows_that_nobody_can_make_up(shop: Shop) -> None:
    """Nothing is changed, and the table and its refusal are named."""
    shop.connection.execute("CREATE TABLE z (x text NOT NULL CHECK (md5(x) = repeat('0', 32)))")
    ran = shop.seed("apply", "--fake", "3")
    assert ran.code == 3 and "No row can be made up for z" in ran.err and "z_x_check" in ran.err
    assert shop.rows("SELECT count(*) FROM countries") == [(0,)]
    shop.connection.execute("DROP TABLE z; CREATE TABLE few (yes boolean PRIMARY KEY)")
    ran = shop.seed("apply", "--fake", "3")
    shop.place.write("telamon.toml", 'destructive = "refuse"\n')
    refused = shop.seed("apply", "--fake", "3")
    assert refused.code == 2 and "not made up" in refused.err and shop.rows("SELECT count(*) FROM few") == [(2,)]
    assert ran.code == 0 and "few: 2 made up" in ran.out and "few: 1 could not be made up" in ran.err


def test_without_rights(shop: Shop) -> None:
    """A user that may not make the table is told so; the target is not changed."""
    with psycopg.connect(shop.database.conninfo, autocommit=True) as session:
        session.execute("DROP ROLE IF EXISTS seeder; CREATE ROLE seeder")
    shop.place.write("seeds/countries.csv", "code,name\nPT,Portugal\n")
    ran = shop.seed("apply", "--role", "seeder")
    assert ran.code == 1 and "cannot be created" in ran.err
    shop.connection.execute("CREATE SCHEMA history AUTHORIZATION seeder")
    ran = shop.seed("apply", "--role", "seeder", "--revisions-schema", "history")
    assert ran.code == 1 and "countries cannot be seeded" in ran.err and "permission denied" in ran.err
