"""One schema in the forms of several tools: the catalogs are equal. The tools are the real ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from telamon.catalog.facts import Catalog
from telamon.diff import diff
from telamon.engine import Engine
from telamon.prove import describe
from telamon.sources import open_source
from tests.sources.npm import DRIZZLE, link

FORMS = Path(__file__).parent / "fixtures" / "forms"
SPECS = {
    "drizzle": ["drizzle://schema.ts", "rest.sql"],
    "alchemy": ["sqlalchemy://models"],
    "modelled": ["sqlmodel://models"],
    "dj": ["django://settings", "types.sql"],
}


@pytest.fixture(scope="module")
def plain(engine: Engine) -> Catalog:
    return engine.catalog(open_source("plain.sql", base=FORMS))


@pytest.mark.parametrize("form", SPECS)
def test_every_form_gives_the_same_catalog(engine: Engine, plain: Catalog, form: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FORMS / form, tmp_path / form))
    if form == "drizzle":
        link(folder, *DRIZZLE)
    catalog = engine.catalog(open_source(SPECS[form], base=folder))
    assert len(plain.facts) > 100
    assert describe(diff(plain, catalog)) == ""
    assert catalog.digest() == plain.digest()
