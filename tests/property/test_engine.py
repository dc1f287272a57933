"""Properties of the engine on random schemas: a proved plan converges, keeps the rows, is the same twice."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telamon.engine import EMPTY, Engine, open_engine, plan_catalogs
from telamon.generate import Wishes
from telamon.kinds.base import Refusal
from telamon.scope import Scope
from telamon.sources import SqlSource
from telamon.statements import Origin, Statement
from tests import judge
from tests.property.pieces import ROLES, Schema, Script, slots
from tests.property.web import web, web_slots
from tests.server import shared

EXAMPLES = int(os.environ.get("TELAMON_EXAMPLES", "60"))
"""Examples a property; `make fuzz` asks for more."""
SLOTS = slots() | web_slots()
DECIDED = Wishes(no_rename=True)
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def pieces(least: int, most: int) -> st.SearchStrategy[dict[str, int]]:
    """Some slots with their variants."""
    pairs = st.sampled_from(sorted(SLOTS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(0, SLOTS[name] - 1))
    )
    return st.lists(pairs, min_size=least, max_size=most).map(dict)


schemas, edits = pieces(10, 90), pieces(1, 6)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine on the server of the cases."""
    server = shared()
    server.once([f'CREATE ROLE "{role}"' for role in ROLES])
    with open_engine(server.url("postgres"), Scope()) as found:
        yield found


def source(schema: Schema) -> SqlSource:
    """A schema as one statement that is executed as it is."""
    lines = [*Script(schema).render().splitlines(), *web(schema)]
    return SqlSource(
        tuple(Statement(line, Origin("random", place)) for place, line in enumerate(lines, 1)),
        ordered=True,
        label="random",
    )


def check(engine: Engine, old: SqlSource, new: SqlSource) -> None:
    """Plans and proves one way, executes the plan once more elsewhere, and asks pg_dump."""
    with engine.database(old) as start, engine.database(new) as goal:
        before, after = engine.read(start), engine.read(goal)
        try:
            planned = plan_catalogs(engine, before, after, lambda: engine.database(old), DECIDED)
        except Refusal:
            return
        again = plan_catalogs(engine, before, after, lambda: engine.database(old), DECIDED, proved=False)
        assert (
            again.plan.sql()
            == plan_catalogs(engine, before, after, lambda: engine.database(old), DECIDED, proved=False).plan.sql()
        )
        if not planned.plan:
            assert before.digest() == after.digest()
        server = shared()
        sql = planned.sql()
        error = server.psql(start.name, sql) if planned.plan else ""
        assert not error, f"{error}\n{sql}"
        verdict = judge.judge(
            server.dump(start.name), server.dump(goal.name), judge.Observation(), judge.Observation(), sql
        )
        assert not verdict.complaints, "\n".join([*verdict.complaints, sql])


@FUZZ
@given(schemas)
def test_a_schema_is_made_and_unmade(engine: Engine, schema: Schema) -> None:
    """From nothing to a random schema, and back."""
    check(engine, EMPTY, source(schema))
    check(engine, source(schema), EMPTY)


@FUZZ
@given(schemas, edits)
def test_an_edit_converges(engine: Engine, schema: Schema, edit: dict[str, int]) -> None:
    """From a random schema to one with a few other pieces, and back."""
    check(engine, source(schema), source({**schema, **edit}))
    check(engine, source({**schema, **edit}), source(schema))


@FUZZ
@given(schemas, schemas)
def test_any_pair_converges(engine: Engine, old: Schema, new: Schema) -> None:
    """From one random schema to another."""
    check(engine, source(old), source(new))
