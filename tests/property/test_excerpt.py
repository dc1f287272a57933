"""Edits of random schemas, judged by an excerpt: the facts are those of the whole schema, and the plan leads there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.catalog.kept import keep, load_catalog, save_kept
from telamon.diff import diff
from telamon.engine import Engine, open_engine
from telamon.excerpt import plan_edit
from telamon.excerpt.statements import Doubt
from telamon.kinds.base import Refusal
from telamon.prove import execute
from telamon.scope import Scope
from tests.property.pieces import ROLES, Schema
from tests.property.test_engine import DECIDED, drawn, pieces, source
from tests.server import shared

EXAMPLES = int(os.environ.get("TELAMON_EXAMPLES", "60"))
LEAST = 0.3
"""The part of the examples that is judged without doubt, at least: else this file would say nothing."""

seen: Counter[str] = Counter()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on the server of the cases."""
    server = shared()
    server.once([f"CREATE ROLE {role}" for role in ROLES])
    with pytest.MonkeyPatch.context() as patch, open_engine(server.url("postgres"), Scope()) as found:
        patch.setenv("TELAMON_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield found
        found.found.clear()


def shown(catalog: Catalog) -> dict[Id, tuple[object, ...]]:
    """All of the facts, what they need included."""

    def row(fact: Fact) -> tuple[object, ...]:
        return fact.spec, fact.parent, fact.needs, fact.auto

    return {fact.id: row(fact) for fact in catalog}


def check(engine: Engine, schema: Schema, edit: Schema) -> None:
    """Judges one edit, and looks at the whole schema after it."""
    old, new = source(schema), source({**schema, **edit})
    with engine.database(old) as start:
        kept = keep(engine.read(start))
        try:
            planned, after = plan_edit(engine, kept, old.statements, new, DECIDED)
        except Doubt as doubt:
            seen[f"doubt: {doubt}"] += 1
            return
        except Refusal:
            seen["refused"] += 1
            return
        seen["judged"] += 1
        with engine.database(new) as goal:
            whole = engine.read(goal)
        save_kept("after", after)
        found = load_catalog("after")
        assert found is not None
        assert shown(found) == shown(whole)
        assert found.unmanaged == whole.unmanaged
        with start.connect() as connection:
            if planned.plan:
                execute(planned.plan, connection, planned.proof is not None and planned.proof.transactional)
            assert not diff(engine.read_from(connection), whole)


@drawn(EXAMPLES)
@given(pieces(10, 60), pieces(1, 3), st.booleans())
def test_edits_of_random_schemas(engine: Engine, schema: Schema, edit: Schema, back: bool) -> None:
    """What an excerpt says is what the whole schema says."""
    before = {**schema, **edit}
    check(engine, *((before, {name: schema.get(name, 0) for name in edit}) if back else (schema, edit)))


def test_most_edits_are_judged() -> None:
    """The examples above were not all in doubt."""
    assert seen["judged"] >= LEAST * sum(seen.values()), seen
