"""examples/crm in two languages: its tables in SQLAlchemy and in Drizzle, everything else in SQL for both."""

from __future__ import annotations

import shutil
from pathlib import Path

from telamon.engine import Engine
from telamon.project import load_project
from telamon.sources import open_source
from tests.sources.npm import DRIZZLE, link

CRM = Path(__file__).parents[2] / "examples" / "crm"


def test_the_models_and_drizzle_give_the_same_catalog(engine: Engine, tmp_path: Path) -> None:
    shutil.copytree(CRM, tmp_path / "crm", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    link(tmp_path / "crm" / "drizzle", *DRIZZLE)
    catalogs = []
    for folder in ("crm", "crm/drizzle"):
        project = load_project(str(tmp_path / folder / "telamon.toml"))
        catalogs.append(engine.catalog(open_source(project.src, base=project.base)))
    models, drizzle = catalogs
    assert sum(fact.kind == "table" for fact in models) > 98  # partitions, too
    assert drizzle.digest() == models.digest()
