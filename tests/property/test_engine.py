"""Properties of the engine on random schemas: a plan converges, is the same twice, is right to pg_dump and keeps rows.

Continuous integration draws the same examples each time, in shards; `make fuzz` draws others, and more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from telamon.catalog.facts import Catalog
from telamon.dev import Database
from telamon.diff import diff
from telamon.engine import EMPTY, Engine, open_engine, plan_catalogs
from telamon.generate import Wishes
from telamon.kinds.base import Refusal
from telamon.plan import make_plan
from telamon.prove import ROUNDS, execute
from telamon.scope import Scope
from telamon.sources import SqlSource
from telamon.statements import Origin, Statement
from tests import judge
from tests.property.pieces import ROLES, Schema, Script, slots
from tests.property.web import web, web_slots
from tests.server import shared

SHARDS = 8
EXAMPLES = int(os.environ.get("TELAMON_EXAMPLES", "250"))
"""Examples a shard."""
OFFSET = int(os.environ.get("TELAMON_SEED", "0"))
"""Other examples than those of continuous integration."""
THOROUGH = 12
"""One example in so many is proved with rows and shown to pg_dump, which takes several times as long."""
SLOTS = slots() | web_slots()
DECIDED = Wishes(no_rename=True)


def pieces(least: int, most: int) -> st.SearchStrategy[dict[str, int]]:
    """Some slots with their variants."""
    pairs = st.sampled_from(sorted(SLOTS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(0, SLOTS[name] - 1))
    )
    return st.lists(pairs, min_size=least, max_size=most).map(dict)


ways = st.sampled_from(("edit", "edit", "edit back", "any", "made", "unmade"))
schemas, edits = pieces(10, 90), pieces(1, 6)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine on the server of the cases."""
    server = shared()
    server.once([f"CREATE ROLE {role}" for role in ROLES])
    with open_engine(server.url("postgres"), Scope()) as found:
        yield found


def source(schema: Schema) -> SqlSource:
    """A schema as statements in an order that loads."""
    lines = [*Script(schema).render().splitlines(), *web(schema)]
    statements = [Statement(line, Origin("random", place)) for place, line in enumerate(lines, 1)]
    return SqlSource(tuple(statements), ordered=True, label="random")


def pair(way: str, schema: Schema, edit: Schema) -> tuple[SqlSource, SqlSource]:
    """What an example goes from and to."""
    here = source(schema)
    if way in ("made", "unmade"):
        return (EMPTY, here) if way == "made" else (here, EMPTY)
    there = source(edit if way == "any" else {**schema, **edit})
    return (there, here) if way == "edit back" else (here, there)


def check(engine: Engine, old: SqlSource, new: SqlSource, *, thorough: bool) -> None:
    """Goes one way. A plan may be refused where only a person can say what is meant."""
    with engine.database(old) as start, engine.database(new) as goal:
        before, after = engine.read(start), engine.read(goal)
        try:
            plan = make_plan(before, after, engine.server)
            assert plan.sql() == make_plan(before, after, engine.server).sql()
            if thorough:
                proved(engine, old, before, after, start, goal)
            else:
                converges(engine, before, after, start)
        except Refusal:
            return


def converges(engine: Engine, before: Catalog, after: Catalog, start: Database) -> None:
    """Plans and executes until nothing is left to do, as the proof does."""
    with start.connect() as connection:
        reached = before
        for _ in range(ROUNDS):
            plan = make_plan(reached, after, engine.server)
            if not plan:
                break
            execute(plan, connection, False)
            reached = engine.read_from(connection)
    assert not diff(reached, after)
    assert reached.digest() == after.digest()


def proved(engine: Engine, old: SqlSource, before: Catalog, after: Catalog, start: Database, goal: Database) -> None:
    """Proves the plan with rows, runs it with psql and asks pg_dump."""
    planned = plan_catalogs(engine, before, after, lambda: engine.database(old), DECIDED)
    server, sql = shared(), planned.sql()
    error = server.psql(start.name, sql) if planned.plan else ""
    assert not error, f"{error}\n{sql}"
    nothing = judge.Observation()
    verdict = judge.judge(server.dump(start.name), server.dump(goal.name), nothing, nothing, sql)
    assert not verdict.complaints, "\n".join([*verdict.complaints, sql])


def drawn(examples: int, shard: int = 0) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many random examples, the same ones each time unless TELAMON_SEED says otherwise."""
    chosen = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
    return lambda test: seed(OFFSET + shard)(chosen(test))


def shard(number: int) -> Callable[..., None]:
    """One share of the examples."""

    @drawn(EXAMPLES, number)
    @given(ways, schemas, edits)
    def test(engine: Engine, way: str, schema: Schema, edit: Schema) -> None:
        """A random schema is changed into another."""
        chosen = crc32(repr((way, sorted(schema.items()))).encode()) % THOROUGH == 0
        check(engine, *pair(way, schema, edit), thorough=chosen)

    return test


for place in range(SHARDS):
    globals()[f"test_random_schemas_{place}"] = shard(place)
