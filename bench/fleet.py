"""Measures a fleet: one schema for each of a thousand tenants of one server, with nothing to do and with one file."""

from __future__ import annotations

from measure import TELAMON, Bench, Cost, Line, bench, in_turn, programs, show

TENANTS = 1000
FILES = 20
ROUNDS = 3


def main() -> None:
    """Prints the table: the whole fleet against psql asking each schema for its version."""
    with bench() as here:
        url = here.telamon("dev", "url").output.strip()
        psql = str(programs() / "psql")
        migrations = here.folder / "migrations"
        migrations.mkdir()
        for number in range(FILES):
            (migrations / f"{20260101000000 + number}_step.sql").write_text(f"CREATE TABLE t{number} (id int);\n")
        here.run(TELAMON, "migrate", "hash")
        names = [f"tenant_{number}" for number in range(TENANTS)]
        # The first tenant comes by migrations, the others by copies of its history: the measure is of the reading.
        copies = "".join(
            f"CREATE SCHEMA {name};\n"
            f"CREATE TABLE {name}.atlas_schema_revisions (LIKE tenant_0.atlas_schema_revisions INCLUDING ALL);\n"
            f"INSERT INTO {name}.atlas_schema_revisions SELECT * FROM tenant_0.atlas_schema_revisions;\n"
            for name in names[1:]
        )
        here.run(psql, "-Xq", "-c", "CREATE SCHEMA tenant_0", url)
        mark = "&" if "?" in url else "?"
        here.telamon("migrate", "apply", "--url", f"{url}{mark}search_path=tenant_0")
        run_script(here, psql, url, copies)
        query = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'tenant_%' ORDER BY oid"
        (here.folder / "telamon.toml").write_text(
            f'dir = "migrations"\n[env.prod]\nurl = "{url}"\ntargets = {{ schemas_query = "{query}" }}\n'
        )
        asked = "".join(f"SELECT max(version) FROM {name}.atlas_schema_revisions;\n" for name in names)

        def with_psql() -> Cost:
            return run_script(here, psql, url, asked)

        took = in_turn(
            {
                "psql": with_psql,
                "nothing": lambda: here.telamon("migrate", "apply", "--env", "prod"),
                "status": lambda: here.telamon("migrate", "status", "--env", "prod"),
            },
            ROUNDS,
        )
        peer, nothing, status = (cost.wall for cost in took.values())
        (migrations / "20270101000000_one.sql").write_text("CREATE TABLE one (id int);\n")
        here.run(TELAMON, "migrate", "hash")
        one = here.telamon("migrate", "apply", "--env", "prod").wall
        each = "".join(f"BEGIN;\nCREATE TABLE {name}.two (id int);\nCOMMIT;\n" for name in names)
        peer_one = run_script(here, psql, url, each).wall
        show(
            f"{TENANTS} schemas of one server, {FILES} files",
            [
                Line("", "nothing to do : psql, one SELECT for each", nothing, peer, None),
                Line("", "status : psql, one SELECT for each", status, peer, None),
                Line("", "one file for each : psql, one transaction for each", one, peer_one, None),
            ],
        )


def run_script(here: Bench, psql: str, url: str, text: str) -> Cost:
    """What a script takes in psql."""
    (here.folder / "script.sql").write_text(text)
    return here.run(psql, "-Xq", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-f", "script.sql", url)


if __name__ == "__main__":
    main()
