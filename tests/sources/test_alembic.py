"""alembic://: the metadata that env.py names, and the entities of alembic_utils that are registered there."""

from __future__ import annotations

from pathlib import Path

import pytest

from telamon.engine import Engine
from telamon.errors import TelamonError
from telamon.sources import SqlSource, open_source

# As `alembic init` writes it, with a URL that is none, and a metadata.
ENV = """
from logging.config import fileConfig
from alembic import context
from sqlalchemy import engine_from_config, pool
config = context.config
from app.models import metadata
target_metadata = metadata

def include_object(object, name, type_, reflected, compare_to):
    return not (type_ == "table" and name.startswith("spatial"))

if context.is_offline_mode():
    context.configure(url=config.get_main_option("sqlalchemy.url"), target_metadata=target_metadata,
                      include_object=include_object, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine_from_config(config.get_section(config.config_ini_section)).connect()
"""
MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("notes", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
sa.Table("spatial_ref_sys", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
ENTITIES = r"""
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable, PGGrantTableChoice
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
touch = PGFunction(
    schema="public", signature="touch(a text default ':x 100%')",
    definition="RETURNS text LANGUAGE sql AS $$ SELECT a || '::' || 1::text || '%' $$",
)
fire = PGFunction(
    schema="public", signature="fire()", definition="RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
)
register_entities([
    PGView(schema="public", signature="over", definition="SELECT * FROM under"),
    PGView(schema="public", signature="under", definition="SELECT id, body::text FROM notes WHERE body LIKE 'a%:b'"),
    PGMaterializedView(schema="public", signature="kept", definition="SELECT id FROM notes"),
    PGTrigger(schema="public", signature="fires", on_entity="public.notes", is_constraint=False,
              definition="BEFORE INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION public.fire()"),
    PGPolicy(schema="public", signature="own", on_entity="notes", definition="FOR SELECT USING (id > 0)"),
    PGGrantTable(schema="public", table="notes", columns=[], role="reader_of_notes", grant=PGGrantTableChoice.DELETE),
    PGExtension(schema="public", signature="pg_trgm"), touch, fire,
])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What `alembic init migrations` leaves behind in the folder `db`, without migrations."""
    (tmp_path / "db" / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "db" / "app").mkdir()
    ini = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = driver://user:pass@localhost/dbname\n"
    (tmp_path / "db" / "alembic.ini").write_text(f"{ini}\n[second]\nscript_location = elsewhere\n")
    (tmp_path / "db" / "migrations" / "env.py").write_text(ENV)
    (tmp_path / "db" / "app" / "models.py").write_text(MODELS)
    return tmp_path


def fails(project: Path, spec: str = "db") -> TelamonError:
    with pytest.raises(TelamonError) as caught:
        open_source(f"alembic://{spec}", base=project)
    return caught.value


@pytest.mark.parametrize("spec", ["db/alembic.ini", "db", "db?name=alembic"])
def test_the_metadata_of_env_py(project: Path, spec: str) -> None:
    source = open_source(f"alembic://{spec}", base=project)
    assert isinstance(source, SqlSource)
    [statement] = source.statements
    assert statement.text.startswith("CREATE TABLE notes (")
    assert str(statement.origin) == "app/models.py:4 (table notes)"


def test_entities_of_alembic_utils(engine: Engine, project: Path) -> None:
    pytest.importorskip("alembic_utils")
    env = project / "db" / "migrations" / "env.py"
    env.write_text(ENTITIES + ENV)
    (project / "more.sql").write_text("ALTER TABLE notes ENABLE ROW LEVEL SECURITY;")
    catalog = engine.catalog(open_source(["alembic://db", "more.sql"], base=project))
    kinds = {id[0] for id in catalog.facts if id[-1] != "public"}
    assert {"view", "materialized_view", "extension", "trigger", "policy", "grant", "function"} <= kinds
    text = str(catalog.facts)
    assert "'a%:b'" in text and "'::'" in text and "'%'" in text and "':x 100%'" in text


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("target_metadata = metadata", "target_metadata = None", "env.py names no metadata"),
        ("target_metadata = metadata", "target_metadata = 7", "env.py names no metadata"),
        ("if context", "if 0 and context", "env.py does not import: NoSuchModuleError"),
        (ENV, "x = 1", "env.py never calls context.configure()"),
        ('name.startswith("spatial")', "name", "The metadata that env.py names has no tables"),
        ("app.models", "app.gone", "env.py does not import: ModuleNotFoundError"),
    ],
)
def test_an_env_py_that_is_wrong(project: Path, old: str, new: str, what: str) -> None:
    (project / "db" / "migrations" / "env.py").write_text(ENV.replace(old, new))
    error = fails(project)
    assert error.what == what
    assert "site-packages" not in error.why


def test_a_configuration_that_is_wrong(project: Path) -> None:
    assert fails(project, "gone").what == "There is no alembic.ini"
    assert fails(project, "db?section=x").what == "?section=x is not understood"
    assert "elsewhere" in str(fails(project, "db?name=second"))
