"""Sources that are programs: any that prints SQL, drizzle-kit and Prisma. What is wrong is said and changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.engine import Engine
from telamon.errors import TelamonError, UsageError
from telamon.project import load_project
from telamon.sources import SqlSource, open_source
from tests.sources.npm import DRIZZLE, OLD_DRIZZLE, PRISMA, link

TABLE = """
import { integer, pgTable } from "drizzle-orm/pg-core";
export const things = pgTable("things", { thingId: integer() });
"""


def texts(spec: str | list[str], base: Path) -> list[str]:
    source = open_source(spec, base=base)
    assert isinstance(source, SqlSource)
    return [statement.text for statement in source.statements]


def fails(spec: str, base: Path) -> TelamonError:
    with pytest.raises(TelamonError) as caught:
        open_source(spec, base=base)
    return caught.value


def without(monkeypatch: pytest.MonkeyPatch, folder: Path, *programs: str) -> None:
    """Sets a PATH that has only these programs."""
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(f"/bin/{program}")
    monkeypatch.setenv("PATH", str(folder))


# Any program


def test_a_program_runs_where_the_configuration_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "the schema.sql").write_text("CREATE TABLE a ();\nCREATE TABLE b ();\n")
    source = open_source("exec://sh -c 'cat \"$1\"; echo careful >&2' sh 'the schema.sql'", base=tmp_path)
    assert isinstance(source, SqlSource) and source.ordered
    assert [str(each.origin) for each in source.statements] == ["output of sh:1", "output of sh:2"]
    assert capfd.readouterr().err == "careful\n"


def test_a_program_and_files_are_merged(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "views.sql").write_text("CREATE VIEW v AS SELECT * FROM a;")
    catalog = engine.catalog(open_source(["views.sql", "exec://echo 'CREATE TABLE a (id int)'"], base=tmp_path))
    assert ("view", "public", "v") in catalog.facts


def test_a_program_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "telamon.toml"
    config.write_text('[env.local]\nsrc = ["a.sql", {exec = ["printf", "SELECT \'%s\'", "${WORD:-it is}"]}]\n')
    env = load_project(str(config))
    assert env.src[0] == "a.sql"
    assert texts(env.src[1], tmp_path) == ["SELECT 'it is'"]
    config.write_text('[env.local]\nsrc = {exec = ["echo", "${UNSET_WORD}"]}\n')
    with pytest.raises(
        UsageError, match="The variable UNSET_WORD is not set, and src of the environment local"
    ) as caught:
        _ = load_project(str(config)).src
    assert caught.value.where == f"{config}:2"
    for wrong in ("{exec = []}", '{exec = "ls"}', '{run = ["ls"]}', '{exec = ["ls"], shell = true}'):
        config.write_text(f"[env.local]\nsrc = {wrong}\n")
        with pytest.raises(UsageError, match="src is to be a text, a program"):
            load_project(str(config))


@pytest.mark.parametrize(
    ("command", "what", "why"),
    [
        ("sh -c 'echo one >&2; echo two >&2; exit 3'", "sh ended with 3", "one\ntwo"),
        ("sh -c 'seq 100 >&2; exit 1'", "sh ended with 1", "...\n" + "\n".join(map(str, range(81, 101)))),
        ("sh -c 'kill -9 $$'", "sh was ended by signal 9", ""),
        ("sh -c 'echo no tables >&2'", "sh printed nothing", "no tables"),
        ("printf '\\377'", "What printf prints is not UTF-8", "Line 1."),
        ("no-such-program x", "no-such-program does not start", "No such file or directory: no-such-program"),
        ("sh -c 'x", "The command is not quoted as for a shell", "No closing quotation"),
        ("", "exec:// names no program", ""),
    ],
)
def test_a_program_that_fails(tmp_path: Path, command: str, what: str, why: str) -> None:
    error = fails(f"exec://{command}", tmp_path)
    assert (error.what, error.why) == (what, why)


def ended(state: Path) -> bool:
    """Whether the process of a `/proc/PID/stat` is gone, or waits only to be reaped."""
    try:
        return state.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_program_that_does_not_end_is_stopped_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELAMON_SOURCE_TIMEOUT", "0.5")
    error = fails("exec://sh -c 'echo waiting >&2; sleep 60 & echo $! > pid; wait'", tmp_path)
    assert error.what == "sh did not end within 0.5 s and was stopped" and error.why == "waiting"
    state = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    deadline = time.monotonic() + 10  # a signal is delivered when the process next runs
    while not ended(state) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ended(state)
    monkeypatch.setenv("TELAMON_SOURCE_TIMEOUT", "soon")
    assert fails("exec://true", tmp_path).what == "TELAMON_SOURCE_TIMEOUT is to be a number of seconds"


def test_passwords_of_a_command_are_not_shown(tmp_path: Path) -> None:
    assert "secret" not in str(fails("exec://sh -c 'exit 1' postgres://u:secret@h/d", tmp_path))


# Drizzle


@pytest.fixture
def drizzle(tmp_path: Path) -> Path:
    """A project with drizzle-kit."""
    link(tmp_path, *DRIZZLE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "schema.ts").write_text(TABLE)
    return tmp_path


def test_drizzle_without_a_configuration(drizzle: Path, capfd: pytest.CaptureFixture[str]) -> None:
    schema = drizzle / "src" / "schema.ts"
    schema.write_text(f"console.log('CREATE TABLE nonsense;');\n{TABLE}")
    (drizzle / "src" / "more.ts").write_text(TABLE.replace("things", "others"))
    before = sorted(drizzle.rglob("*.*"))
    [text] = texts("drizzle://src/schema.ts", drizzle)
    assert text == 'CREATE TABLE "things" (\n\t"thingId" integer\n);'
    assert "CREATE TABLE nonsense;" in capfd.readouterr().err
    assert len(texts("drizzle://src/*.ts", drizzle)) == 2
    assert sorted(drizzle.rglob("*.*")) == before


def test_the_configuration_of_drizzle_is_honoured(drizzle: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = drizzle / "drizzle.config.ts"
    config.write_text(
        "import { defineConfig } from 'drizzle-kit';\nconsole.log('[dotenv] 1 variable');\n"
        "export default defineConfig({ dialect: 'postgresql', casing: 'snake_case', schema: './src/*.ts' });\n"
    )
    for spec in ("drizzle://src/schema.ts", "drizzle://drizzle.config.ts"):
        assert '"thing_id" integer' in texts(spec, drizzle)[0]
    said = capfd.readouterr().err
    assert "[dotenv] 1 variable" in said and "migration file" not in said  # drizzle-kit's own is a temporary one
    config.write_text("export default { dialect: 'mysql' };\n")
    error = fails("drizzle://src/schema.ts", drizzle)
    assert error.what == "The configuration of drizzle-kit is not one for PostgreSQL"
    assert error.why == "The dialect in drizzle.config.ts is mysql."
    config.write_text("throw new Error('no environment');\n")
    assert "no environment" in fails("drizzle://src/schema.ts", drizzle).why


@pytest.mark.parametrize(
    ("schema", "what", "why"),
    [
        ("import { x } from './gone';\nexport const y = x;", "export printed no SQL", "Cannot find module './gone'"),
        ("export const x = (;", "export printed no SQL", "ERROR: Unexpected"),
        ("console.log('SELECT 1'); export const x = 1;", "export printed no SQL", "SELECT 1"),
    ],
)
def test_drizzle_that_fails(drizzle: Path, schema: str, what: str, why: str) -> None:
    (drizzle / "src" / "schema.ts").write_text(schema)
    error = fails("drizzle://src/schema.ts", drizzle)
    assert error.what.endswith(what) and why in error.why
    assert "node:internal" not in error.why and "bin.cjs:" not in error.why


def test_an_old_drizzle_without_export(tmp_path: Path) -> None:
    link(tmp_path, *OLD_DRIZZLE)
    (tmp_path / "schema.ts").write_text(TABLE)
    error = fails("drizzle://schema.ts", tmp_path)
    assert error.what == "drizzle-kit 0.20.18 has no export"
    assert error.do == "Run npm i -D drizzle-kit@latest drizzle-orm@latest"


def test_what_is_missing_for_drizzle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema.ts").write_text(TABLE)
    assert fails("drizzle://gone.ts", tmp_path).what == "There is no schema gone.ts"
    error = fails("drizzle://schema.ts", tmp_path)
    assert error.what == "drizzle-kit is not installed"
    assert error.do == "Run npm i -D drizzle-kit drizzle-orm"
    without(monkeypatch, tmp_path / "bin", "sh")
    assert fails("drizzle://schema.ts", tmp_path).what == "Node.js is not installed"


# Prisma

MODEL = 'datasource db {\n  provider = "postgresql"\n  url = env("NONE")\n}\nmodel users {\n  id Int @id\n}\n'
CONFIG = """
import { defineConfig } from "prisma/config";
import { PrismaPg } from "@prisma/adapter-pg";
const database = JSON.parse(process.env.SCRATCH ?? "{}");
export default defineConfig({
  experimental: { adapter: true }, engine: "js", schema: "schema.prisma", adapter: async () => new PrismaPg(database),
});
"""


def test_prisma(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its engine comes from a server that is not asked here: the one in WebAssembly serves, which wants a database."""
    link(tmp_path, *PRISMA)
    (tmp_path / "schema.prisma").write_text(MODEL)
    (tmp_path / "prisma.config.ts").write_text(CONFIG)
    unused = tmp_path / "unused"
    unused.touch(mode=0o755)
    monkeypatch.setenv("PRISMA_QUERY_ENGINE_LIBRARY", str(unused))
    monkeypatch.setenv("PRISMA_SCHEMA_ENGINE_BINARY", str(unused))
    with engine.dev.create() as database:
        known = conninfo_to_dict(database.conninfo)
        names = {"user": "user", "host": "host", "port": "port", "database": "dbname"}
        monkeypatch.setenv("SCRATCH", json.dumps({name: known[key] for name, key in names.items()}))
        found = texts("prisma://schema.prisma", tmp_path)
        (tmp_path / "schema.prisma").write_text(MODEL.replace("Int @id", "Nonsense @id"))
        error = fails("prisma://schema.prisma", tmp_path)
    assert 'CREATE TABLE "users" (\n    "id" INTEGER NOT NULL,' in "\n".join(found).replace('"public".', "")
    assert error.what == "prisma migrate diff ended with 1" and "Nonsense" in error.why


def test_prisma_without_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link(tmp_path, *PRISMA)
    (tmp_path / "schema.prisma").write_text(MODEL)
    monkeypatch.setenv("PRISMA_ENGINES_MIRROR", "http://127.0.0.1:9")
    error = fails("prisma://schema.prisma", tmp_path)
    assert error.what == "Prisma's schema engine cannot be had"
    assert "file://schema.sql" in error.do


# On the command line

BAD = ["exec://false", "exec://true", "drizzle://gone.ts", "prisma://gone", "alembic://gone", "django://gone"]


@pytest.mark.parametrize("spec", [*BAD, "${UNSET_SOURCE}"])
def test_nothing_is_changed_by_a_source_that_fails(tmp_path: Path, spec: str) -> None:
    (tmp_path / "telamon.toml").write_text(f'[env.local]\nsrc = "{spec}"\ndir = "migrations"\n')
    command = [sys.executable, "-m", "telamon", "migrate", "diff", "first"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ}, capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2) and done.stderr.strip() and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["telamon.toml"]
