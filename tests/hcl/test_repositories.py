"""Repositories as Atlas leaves them work unchanged: `s/atlas/telamon/` in the commands, nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from telamon.apply import apply, status
from telamon.dev import Dev
from telamon.project import load_project

from .conftest import Repository, url_of

FIRST = 'CREATE TABLE "users" ("id" integer NOT NULL, PRIMARY KEY ("id"));\n'
SECOND = 'ALTER TABLE "users" ADD COLUMN "email" text NULL;\n'


def test_an_orm_with_one_schema(repository: Repository, server: Dev) -> None:
    """One schema by search_path, names without it; an ORM's program with a folder of its own; format templates."""
    repository.write(
        "atlas.hcl",
        f"""
data "external_schema" "orm" {{
  program = [
    "{sys.executable}",
    "load.py", # prints the models
    "--dialect", "postgresql",
  ]
  working_dir = "models"
}}

env "local" {{
  src = data.external_schema.orm.url
  dev = getenv("ATLAS_DEV_URL")
  url = getenv("DATABASE_URL")
  migration {{
    dir = "file://atlas/migrations"
  }}
  exclude = ["drizzle"]
  format {{
    migrate {{
      diff = "{{{{ sql . \\"  \\" }}}}"
      status = "{{{{ json . }}}}"
      apply = "{{{{ range .Applied }}}}{{{{ .Name }}}}{{{{ end }}}}"
    }}
  }}
}}
""",
    )
    repository.write(
        "models/load.py",
        "import sys\nassert sys.argv[1:] == ['--dialect', 'postgresql']\n"
        "print('CREATE TABLE users (id integer PRIMARY KEY, email text, name text);')\n"
        "print('CREATE INDEX users_email ON users (email);')\n",
    )
    repository.write("atlas/migrations/20240101000000_init.sql", FIRST)
    repository.write("atlas/migrations/20240102000000_email.sql", SECOND)
    repository.applied("atlas/migrations", ["20240101000000_init.sql"], "atlas_schema_revisions")
    with server.create() as dev:
        repository.environment = {
            "DATABASE_URL": repository.url(),
            "ATLAS_DEV_URL": url_of(dev.conninfo, search_path="public"),
        }
        assert repository.start("migrate", "validate", "--env", "local").code == 0
        seen = json.loads(repository.fine("migrate", "status", "--env", "local").out)
        assert (seen["Current"], seen["Status"], len(seen["Pending"])) == ("20240101000000", "PENDING", 1)
        written = repository.fine("migrate", "diff", "name", "--env", "local")
        text = Path(repository.folder, written.out.strip()).read_text()
        assert 'ALTER TABLE "users" ADD COLUMN "name" text;' in text
        assert "users_email" in text and "public" not in text and '"id"' not in text
        again = repository.fine("migrate", "diff", "--env", "local")
        assert again.out == "" and "synced" in again.err
        ran = repository.fine("migrate", "apply", "--env", "local")
        assert "format of migrate apply is not used" in ran.err
    assert repository.rows("SELECT type FROM atlas_schema_revisions.atlas_schema_revisions ORDER BY version") == [2] * 3
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0"
    assert repository.rows(columns) == ["id", "email", "name"]


VARIABLES = """
variable "db_url" {
  type    = string
  default = ""
}
variable "shards" {
  type    = list(string)
  default = ["a"]
}
locals {
  base   = "file://schema"
  files  = [for f in fileset("schema/*.sql") : "${local.base}/${basename(f)}" if !endswith(f, "_old.sql")]
  strict = atlas.env == "prod" ? true : false
}
data "external_schema" "audit" {
  program = ["%s", "-c", <<-EOT
    print("CREATE TABLE log (id bigint PRIMARY KEY);")
    EOT
  ]
}
data "composite_schema" "app" {
  schema "public" {
    url = local.files[0]
  }
  schema "audit" {
    url = data.external_schema.audit.url
  }
}
env {
  name = atlas.env
  url  = var.db_url
  src  = data.composite_schema.app.url
  schemas = concat(["public"], ["audit"])
  migration {
    dir              = "file://migrations?format=atlas"
    revisions_schema = "meta"
    exec_order       = LINEAR_SKIP
    lock_timeout     = "30s"
    baseline         = "1"
  }
  exclude = ["*.*[type=trigger]", "public.tmp_*"]
  lint {
    destructive {
      error = local.strict
    }
  }
}
diff {
  skip {
    drop_table = true
  }
}
lint {
  latest = 1
}
"""


def test_variables_and_composites(repository: Repository) -> None:
    """An env for any name, variables from the command line, two schemas, a baseline, revisions elsewhere."""
    repository.write("db/atlas.hcl", VARIABLES % sys.executable)
    repository.write("db/schema/app.sql", "CREATE TABLE users (id integer PRIMARY KEY, email text, age int);\n")
    repository.write("db/schema/app_old.sql", "CREATE TABLE wrong (id int);\n")
    repository.folder = repository.folder / "db"
    repository.write("migrations/1_init.sql", FIRST)
    repository.write("migrations/2_email.sql", SECOND + "CREATE TABLE legacy (id int); CREATE TABLE tmp_x (id int);\n")
    repository.applied("migrations", ["1_init.sql"], "meta", baseline=True)
    common = ("--env", "prod", "-c", "file://atlas.hcl", "--var", f"db_url={repository.url()}")
    repository.fine("migrate", "validate", *common)
    seen = repository.fine("migrate", "status", *common, "--format", "{{ json . }}")
    assert [each["Version"] for each in json.loads(seen.out)["Pending"]] == ["2"]
    written = repository.fine("migrate", "diff", "audit", *common)
    text = Path(repository.folder, written.out.strip()).read_text()
    assert '"audit"."log"' in text and '"age"' in text
    assert "legacy" not in text and "tmp_x" not in text and "wrong" not in text
    ran = repository.fine("migrate", "apply", *common, "--lock-timeout", "5s", "--format", "{{ json . }}")
    assert [each["Version"] for each in json.loads(ran.out)["Applied"]][:1] == ["2"]
    assert repository.rows("SELECT type, version FROM meta.atlas_schema_revisions ORDER BY executed_at LIMIT 2") == [
        (1, "1"),
        (2, "2"),
    ]
    assert repository.rows("SELECT to_regclass('audit.log')::text") == ["audit.log"]
    assert "synced" in repository.fine("migrate", "diff", *common).err


TENANTS = """
variable "root" { type = string }
data "sql" "tenants" {
  url   = var.root
  query = "SELECT name FROM tenants WHERE name <> $1 ORDER BY 1"
  args  = ["left"]
}
env "tenants" {
  for_each = toset(data.sql.tenants.values)
  url      = urlqueryset(var.root, "search_path", each.value)
  migration {
    dir = "file://migrations"
  }
}
env "dev" {
  src = ["file://schema/a.sql", "file://schema/b.sql"]
  migration {
    dir = "file://migrations"
  }
}
"""


def test_a_schema_for_each_tenant(repository: Repository) -> None:
    """Tenants from a query, each with its own revisions; sources as a list of files."""
    repository.write("atlas.hcl", TENANTS)
    repository.write("schema/a.sql", "CREATE TABLE users (id integer PRIMARY KEY, email text);\n")
    repository.write("schema/b.sql", "CREATE TABLE orders (id integer PRIMARY KEY);\n")
    repository.write("migrations/1_init.sql", FIRST)
    repository.write("migrations/2_email.sql", SECOND)
    run = repository.connection.execute
    run("CREATE TABLE tenants (name text)")
    run("INSERT INTO tenants VALUES ('blue'), ('red'), ('left')")
    for name in ("blue", "red"):
        run(f'CREATE SCHEMA "{name}"'.encode())
    run("SET search_path = blue")
    repository.applied("migrations", ["1_init.sql"], "blue")
    run("RESET search_path")
    root = repository.url()
    ran = repository.run("migrate", "status", "--env", "tenants", "--var", f"root={root}")
    assert (ran.code, ran.err) == (0, "") and "2 targets: 0 up to date, 2 pending" in ran.out
    assert "/blue: PENDING, at 1, 1 pending" in ran.out and "/red: PENDING, at no version, 2 pending" in ran.out
    config = f"file://{repository.folder}/atlas.hcl"
    env = load_project(config, "tenants", {"root": (root,)})
    assert env.atlas is not None
    directory = repository.folder / "migrations"
    targets = env.atlas.targets
    assert env.values["targets"] == [target.url for target in targets]
    assert [len(status(target.url or "", directory).pending) for target in targets] == [1, 2]
    for target in targets:
        apply(target.url or "", directory)
    for name in ("blue", "red"):
        assert repository.rows(f"SELECT version FROM {name}.atlas_schema_revisions ORDER BY 1") == ["1", "2"]
    assert repository.start("migrate", "validate", "--env", "dev").code == 0
    written = repository.fine("migrate", "diff", "orders", "--env", "dev")
    assert "orders" in Path(repository.folder, written.out.strip()).read_text()
    repository.fine("migrate", "apply", "1", "-u", targets[0].url or "", "--dir", "file://migrations")
    assert repository.rows("SELECT count(*) FROM blue.atlas_schema_revisions") == [3]
