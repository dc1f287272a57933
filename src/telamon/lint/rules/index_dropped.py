"""TL214: an index goes that queries may use."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import last_state, retyped
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes of before this release that go, while none that is left begins with their columns."""
    for index in seen.dropped(Index):
        after, table = seen.after.relations.get(index.of), ctx.live_table(index.of)
        if (
            after is None
            or table is None
            or index.oid not in table.indexes
            or index.inherited
            or index.of in retyped(seen)
        ):
            continue
        keys = index.columns[: index.keys]
        end = last_state(seen, ctx).get((after.schema, after.name), after)
        alike = (each for each in end.indexes.values() if each.columns[: len(keys)] == keys and not each.partial)
        if not any(alike) and all(number in after.columns for number in keys if number):
            yield Hit(f'Queries of table "{after.title}" that use index "{index.name}" lose it')


RULE = Rule(
    code="TL214",
    name="index-dropped",
    analyzer="performance",
    severity="info",
    meaning="An index is dropped and no other one can take its place.",
    why="Queries that use it read the whole table from now on",
    instead="Look at pg_stat_user_indexes on the target and its replicas first.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);", "DROP INDEX t_a;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);",
        "CREATE INDEX t_a_id ON t (a, id); DROP INDEX t_a;",
    ),
    judge=judge,
    peers=("C14",),
)
