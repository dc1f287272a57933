"""telamon.objects: what SQLAlchemy cannot say, given by its models and by create_all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from telamon import objects
from telamon.diff import diff
from telamon.engine import Engine
from telamon.errors import TelamonError
from telamon.objects import Grant, Policy, View
from telamon.prove import describe
from telamon.sources import SqlSource, open_source

MODELS = """
import sqlalchemy as sa
from telamon.objects import (
    Extension, Function, Grant, MaterializedView, Policy, RowSecurity, Trigger, View,
)
metadata = sa.MetaData()
users = sa.Table(
    "users", metadata,
    sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text), sa.Column("at", sa.DateTime(True)),
)
View("starts with a", sa.select(users.c.id).where(users.c.name.like("a%")), metadata)
View("named", "SELECT id, name FROM users WHERE name LIKE '%:x%';", metadata, schema="reports",
     columns=["a", "b c"], options="security_invoker = true")
MaterializedView("empty", sa.select(users), metadata, with_data=False)
BODY = "BEGIN NEW.at := now(); RAISE NOTICE '% $body$', 1; RETURN NEW; END"
Function("touch", BODY, metadata, returns="trigger", options="SECURITY DEFINER SET search_path = ''")
Trigger("touched", users, metadata, execute="touch()", when="BEFORE UPDATE OF name",
        condition="OLD.name IS DISTINCT FROM NEW.name")
RowSecurity(users, metadata, force=True)
Policy("own", "public.users", metadata, command="UPDATE", roles=["app_of_objects"], using="name = current_user",
       check="true", permissive=False)
Grant("SELECT, UPDATE (name)", users, ["app_of_objects"], metadata, grant_option=True)
Grant("EXECUTE", "touch()", [""], metadata, kind="FUNCTION")
Extension("pg_trgm", metadata, schema="extra")
"""
WRITTEN = """
CREATE ROLE app_of_objects;
CREATE SCHEMA extra; CREATE SCHEMA reports; CREATE EXTENSION pg_trgm SCHEMA extra;
CREATE TABLE users (id serial PRIMARY KEY, name text, at timestamptz);
CREATE VIEW "starts with a" AS SELECT id FROM users WHERE name LIKE 'a%';
CREATE VIEW reports.named (a, "b c") WITH (security_invoker = true) AS
SELECT id, name FROM users WHERE name LIKE '%:x%';
CREATE MATERIALIZED VIEW empty AS SELECT id, name, at FROM users WITH NO DATA;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $x$BEGIN NEW.at := now(); RAISE NOTICE '% $body$', 1; RETURN NEW; END$x$;
CREATE TRIGGER touched BEFORE UPDATE OF name ON users FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
EXECUTE FUNCTION touch();
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON users AS RESTRICTIVE FOR UPDATE TO app_of_objects USING (name = current_user) WITH CHECK (true);
GRANT SELECT, UPDATE (name) ON users TO app_of_objects WITH GRANT OPTION;
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "written.sql").write_text(WRITTEN)
    return tmp_path


def test_objects_give_what_sql_gives(engine: Engine, project: Path) -> None:
    catalogs = [engine.catalog(open_source(spec, base=project)) for spec in ("written.sql", "sqlalchemy://models")]
    assert describe(diff(*catalogs)) == ""
    assert ("materialized_view", "public", "empty") in catalogs[1].facts


def test_objects_say_where_they_are_made(project: Path) -> None:
    source = open_source("sqlalchemy://models:metadata", base=project)
    assert isinstance(source, SqlSource) and source.ordered
    assert str(source.statements[0].origin).endswith("(Extension pg_trgm)")
    line = MODELS.splitlines().index("RowSecurity(users, metadata, force=True)") + 1
    assert f"models.py:{line} (RowSecurity users)" in [str(each.origin) for each in source.statements]


def test_metadata_with_objects_alone_is_found(project: Path) -> None:
    (project / "views.py").write_text(
        "import sqlalchemy as sa\nfrom telamon.objects import View\nmetadata = sa.MetaData()\n"
        "View('one', 'SELECT 1 AS a', metadata)\n"
    )
    source = open_source("sqlalchemy://views", base=project)
    assert isinstance(source, SqlSource)
    assert [statement.text.split("(")[0] for statement in source.statements] == [
        'CREATE OR REPLACE VIEW "one" AS\nSELECT 1 AS a'
    ]


def test_an_object_that_is_wrong_is_found_by_its_line(engine: Engine, project: Path) -> None:
    (project / "models.py").write_text(MODELS.replace("FROM users WHERE", "FROM nobody WHERE"))
    with pytest.raises(TelamonError) as caught:
        engine.catalog(open_source("sqlalchemy://models", base=project))
    assert "(View named)" in caught.value.where and "nobody" in caught.value.why


def test_create_all_makes_them_and_may_be_repeated(engine: Engine) -> None:
    metadata = sa.MetaData()
    things = sa.Table("things", metadata, sa.Column("id", sa.Integer, primary_key=True))
    View("v", sa.select(things).where(sa.cast(things.c.id, sa.Text).like("1%")), metadata)
    Policy("p", things, metadata, using="true")
    with engine.dev.create() as database:
        target = sa.create_engine("postgresql+psycopg://", creator=database.connect, poolclass=sa.NullPool)
        metadata.create_all(target)
        metadata.create_all(target)
        facts = engine.read(database).facts
    assert ("view", "public", "v") in facts and ("policy", "public", "things", "p") in facts


def test_roles_are_a_list() -> None:
    with pytest.raises(TelamonError, match="The roles of a Grant are a list"):
        Grant("SELECT", "t", "app", sa.MetaData())


def test_sqlalchemy_is_imported_only_when_used() -> None:
    code = f"import sys; import {objects.__name__}; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
