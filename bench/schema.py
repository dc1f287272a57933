"""Schemas of any size for the measurements.

Where the project's generator of realistic schemas lies beside it (or where BENCH_GENERATOR says), that one is used;
else a plain one: ten statements for each table, of the same kinds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SHARED = Path(os.environ.get("BENCH_GENERATOR", Path(__file__).parents[2] / "shared" / "bench" / "gen_schema.py"))


def schema(tables: int, folder: Path) -> str:
    """The SQL of a schema; the same arguments give the same text."""
    if not SHARED.exists():
        return plain(tables)
    out = folder / f"generated-{tables}"
    subprocess.run([sys.executable, SHARED, "--tables", str(tables), "--seed", "7", "--out", out], check=True)
    return (out / "schema.sql").read_text()


def with_column(text: str, name: str) -> str:
    """The same schema after one edit: a column more in the table in the middle."""
    lines = text.splitlines(keepends=True)
    tables = [place for place, line in enumerate(lines) if line.startswith("CREATE TABLE ") and line.endswith("(\n")]
    start = tables[len(tables) // 2]
    place = next(place for place in range(start, len(lines)) if lines[place].lstrip().startswith("CONSTRAINT "))
    return "".join([*lines[:place], f"  {name} text,\n", *lines[place:]])


def plain(tables: int) -> str:
    """Tables with keys, indexes, policies, triggers, comments and grants in schemas of a hundred tables each."""
    found = [
        "DO $$ BEGIN\n"
        "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_rw') THEN CREATE ROLE app_rw; END IF;\n"
        "END $$;"
    ]
    for area in range((tables + 99) // 100):
        found.append(f"CREATE SCHEMA area_{area};\nGRANT USAGE ON SCHEMA area_{area} TO app_rw;")
        found.append(f"CREATE TYPE area_{area}.status AS ENUM ('new', 'open', 'done');")
        found.append(
            f"CREATE FUNCTION area_{area}.touch() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            "BEGIN NEW.updated_at := now(); RETURN NEW; END $$;"
        )
    found += [table(number) for number in range(tables)]
    return "\n".join(found) + "\n"


def table(number: int) -> str:
    """One table with all that belongs to it; it refers to the one before it."""
    area, name = f"area_{number // 100}", f"thing_{number}"
    whole = f"{area}.{name}"
    key = f" REFERENCES {area}.thing_{number - 1} (id) ON DELETE SET NULL" if number % 100 else ""
    return f"""
CREATE TABLE {whole} (
  id bigint GENERATED ALWAYS AS IDENTITY,
  code varchar(40) NOT NULL,
  title text,
  status {area}.status NOT NULL DEFAULT 'new',
  amount numeric(18,2) NOT NULL DEFAULT 0,
  details jsonb NOT NULL DEFAULT '{{}}',
  previous_id bigint{key},
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT {name}_pkey PRIMARY KEY (id),
  CONSTRAINT {name}_code_key UNIQUE (code),
  CONSTRAINT {name}_amount_check CHECK (amount >= 0)
);
CREATE INDEX {name}_previous_id_idx ON {whole} (previous_id);
CREATE INDEX {name}_open_idx ON {whole} (created_at DESC) WHERE status = 'open';
CREATE INDEX {name}_details_idx ON {whole} USING gin (details);
CREATE TRIGGER {name}_touch BEFORE UPDATE ON {whole} FOR EACH ROW EXECUTE FUNCTION {area}.touch();
COMMENT ON TABLE {whole} IS 'Things number {number}';
COMMENT ON COLUMN {whole}.code IS 'What people call it';
ALTER TABLE {whole} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {name}_all ON {whole} TO app_rw USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {whole} TO app_rw;
CREATE VIEW {area}.open_{name} AS SELECT id, code, title FROM {whole} WHERE status = 'open';"""
