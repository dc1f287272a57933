"""django://: the same as the project's own `migrate` on a database, and what is said where the project is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from telamon.catalog.facts import Catalog
from telamon.dev import Database
from telamon.diff import diff
from telamon.engine import Engine
from telamon.errors import TelamonError
from telamon.prove import describe
from telamon.sources import SqlSource, open_source

FORM = Path(__file__).parent / "fixtures" / "forms" / "dj"
MODELS = """
import datetime, uuid
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, HStoreField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Lower, Now, Upper

class Author(models.Model):
    name = models.CharField(max_length=50, unique=True, db_comment="it's \\\\ theirs")
    email = models.TextField(db_default="it's \\\\ %")
    full = models.GeneratedField(expression=Upper("name"), output_field=models.TextField(), db_persist=True)
    data = models.JSONField(db_default=models.Value({"a": "100 %"}, models.JSONField()))
    day = models.DateField(db_default=datetime.date(2020, 1, 1))
    key = models.UUIDField(db_default=uuid.UUID(int=7))
    seen = models.DateTimeField(db_default=Now())
    words = SearchVectorField(null=True)
    more = HStoreField(null=True)
    age = models.PositiveSmallIntegerField(null=True)
    friends = models.ManyToManyField("self")
    class Meta:
        db_table_comment = "Authors"
        constraints = [
            models.CheckConstraint(condition=models.Q(seen__gt=datetime.datetime(2020, 1, 1)), name="ck"),
            models.UniqueConstraint(Lower("name"), name="un1"),
            models.UniqueConstraint(fields=["email"], condition=models.Q(name="x"), name="un2"),
            models.UniqueConstraint(fields=["day"], deferrable=models.Deferrable.DEFERRED, name="un3"),
            models.UniqueConstraint(fields=["age", "day"], nulls_distinct=False, name="un4"),
        ]
        indexes = [
            GinIndex(name="i1", fields=["name"], opclasses=["gin_trgm_ops"]),
            models.Index(fields=["-seen"], name="i2", include=["day"], condition=models.Q(day__isnull=False)),
            BrinIndex(fields=["seen"], name="i3", pages_per_range=4),
        ]

class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
    others = models.ManyToManyField(Author, related_name="+", db_table="coauthors")
    lent = DateTimeRangeField()
    title = models.TextField()
    class Meta:
        constraints = [
            ExclusionConstraint(name="ex", expressions=[("lent", "&&"), ("author", "=")]),
            models.CheckConstraint(condition=~models.Q(title__contains="50%"), name="ck2"),
        ]

class Novel(Book):
    pages = models.IntegerField(default=3)

class Reader(Author):
    class Meta:
        proxy = True

class Legacy(models.Model):
    class Meta:
        managed = False
"""
EXTENSIONS = """
from django.contrib.postgres.operations import BtreeGistExtension, HStoreExtension, TrigramExtension
from django.db import migrations
class Migration(migrations.Migration):
    operations = [BtreeGistExtension(), HStoreExtension(), TrigramExtension()]
"""


def manage(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", *command, "--settings", "settings"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, without a database."""
    return Path(shutil.copytree(FORM, tmp_path / "project"))


def settings(folder: Path, text: str) -> None:
    file = folder / "settings.py"
    file.write_text(f"{file.read_text()}\n{text}\n")


def fails(folder: Path, spec: str = "settings") -> TelamonError:
    with pytest.raises(TelamonError) as caught:
        open_source(f"django://{spec}", base=folder)
    return caught.value


def migrated(engine: Engine, database: Database, folder: Path) -> Catalog:
    """What the project's own migrations make of a database, without Django's own record of them."""
    known = conninfo_to_dict(database.conninfo)
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user"}
    default = {"ENGINE": "django.db.backends.postgresql", **{key: known[name] for key, name in names.items()}}
    settings(folder, f"DATABASES = {{'default': {default!r}}}")
    manage(folder, "makemigrations", "shop")
    manage(folder, "migrate")
    catalog = engine.read(database)
    facts = {id: fact for id, fact in catalog.facts.items() if not any("django_migrations" in part for part in id)}
    return Catalog(facts, catalog.version_num, catalog.unmanaged, catalog.user)


def test_models_give_what_migrate_makes(engine: Engine, project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    apps = ["auth", "contenttypes", "sessions", "postgres"]
    settings(project, f"INSTALLED_APPS += {[f'django.contrib.{app}' for app in apps]!r}\nUSE_TZ = True")
    (project / "shop" / "models.py").write_text(MODELS)
    (project / "shop" / "migrations" / "0001_initial.py").write_text(EXTENSIONS)
    catalog = engine.catalog(open_source("django://settings", base=project))
    assert "Models that Django does not manage are left out: shop.Legacy\n" in capfd.readouterr().err
    assert ("table", "public", "shop_legacy") not in catalog.facts
    with engine.dev.create() as database:
        wanted = migrated(engine, database, project)
    assert len(wanted.facts) > 150
    assert describe(diff(wanted, catalog)) == ""


def test_extensions_that_no_migration_creates_are_found(engine: Engine, project: Path) -> None:
    settings(project, "INSTALLED_APPS += ['django.contrib.postgres']")
    text = MODELS.replace(', ("author", "=")', "")
    (project / "shop" / "models.py").write_text(text)
    catalog = engine.catalog(open_source("django://settings", base=project))
    assert {("extension", "hstore"), ("extension", "pg_trgm")} <= set(catalog.facts)


def test_a_database_that_cannot_be_reached_is_not_asked(project: Path) -> None:
    default = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": "1"}
    settings(project, f"DATABASES = {{'default': {default!r}}}")
    assert open_source("django://settings", base=project)


def test_a_statement_names_the_model(project: Path) -> None:
    source = open_source("django://settings", base=project)
    assert isinstance(source, SqlSource)
    line = (FORM / "shop" / "models.py").read_text().splitlines().index("class Tag(models.Model):") + 1
    places = {str(statement.origin) for statement in source.statements if '"tags"' in statement.text.split("(")[0]}
    assert places == {f"shop/models.py:{line} (shop.Tag)"}


def test_models_that_ask_the_database(project: Path) -> None:
    with (project / "shop" / "models.py").open("a") as file:
        file.write("\nfrom django.db import connection\nconnection.cursor().execute('SELECT 1')\n")
    error = fails(project)
    assert "asks the database while its models are imported" in error.why
    assert "connection.cursor().execute" in error.why and "site-packages" not in error.why


def test_circular_imports_show_the_users_own_frames(project: Path) -> None:
    (project / "shop" / "models.py").write_text("from shop.other import thing\nname = 1\n")
    (project / "shop" / "other.py").write_text("from shop.models import name\nthing = 1\n")
    error = fails(project)
    assert error.what == "settings does not import: ImportError"
    assert error.why.count("File ") == 2 and "site-packages" not in error.why
    assert "circular import" in error.why


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("raise ValueError('broken settings')", "settings does not import: ValueError"),
        ("INSTALLED_APPS = ['gone']", "settings does not import: ModuleNotFoundError"),
        ("INSTALLED_APPS = []", "No models are found with settings"),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}",
            "The default database of settings is django.db.backends.sqlite3",
        ),
    ],
)
def test_settings_that_are_wrong(project: Path, text: str, what: str) -> None:
    settings(project, text)
    assert fails(project).what == what


def test_settings_that_are_not_there(project: Path) -> None:
    error = fails(project, "mysite.settings")
    assert error.what == "mysite.settings does not import: ModuleNotFoundError"
    assert error.why == "ModuleNotFoundError: No module named 'mysite'" and "TELAMON_PYTHON" in error.do
    assert fails(project, "mysite/settings.py").what == "'mysite/settings.py' is not the name of a Python module"
