"""TL317: a table has many indexes."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index

_MOST = 10


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes beyond the tenth of a table."""
    for index in seen.created(Index):
        relation = seen.after.relations[index.of]
        if len(relation.indexes) > _MOST and not relation.partition and not index.inherited:
            yield Hit(f'Index "{index.name}" is one of {len(relation.indexes)} of table "{relation.title}"')


RULE = Rule(
    code="TL317",
    name="many-indexes",
    analyzer="performance",
    severity="info",
    meaning="A table has more than ten indexes.",
    why="Every write pays for each of them, and updates lose the short cut (HOT)",
    instead="Drop those that pg_stat_user_indexes shows unused.",
    bad=Example(
        (
            "CREATE TABLE t (a int, b int); CREATE INDEX t_0 ON t ((a + 0)); CREATE INDEX t_1 ON t ((a "
            "+ 1)); CREATE INDEX t_2 ON t ((a + 2)); CREATE INDEX t_3 ON t ((a + 3)); CREATE INDEX t_4 "
            "ON t ((a + 4)); CREATE INDEX t_5 ON t ((a + 5)); CREATE INDEX t_6 ON t ((a + 6)); CREATE "
            "INDEX t_7 ON t ((a + 7)); CREATE INDEX t_8 ON t ((a + 8)); CREATE INDEX t_9 ON t ((a + "
            "9));"
        ),
        "CREATE INDEX t_b ON t (b);",
    ),
    good=Example(
        (
            "CREATE TABLE t (a int, b int); CREATE INDEX t_0 ON t ((a + 0)); CREATE INDEX t_1 ON t ((a "
            "+ 1)); CREATE INDEX t_2 ON t ((a + 2)); CREATE INDEX t_3 ON t ((a + 3)); CREATE INDEX t_4 "
            "ON t ((a + 4)); CREATE INDEX t_5 ON t ((a + 5)); CREATE INDEX t_6 ON t ((a + 6)); CREATE "
            "INDEX t_7 ON t ((a + 7)); CREATE INDEX t_8 ON t ((a + 8)); CREATE INDEX t_9 ON t ((a + "
            "9));"
        ),
        "DROP INDEX t_0; CREATE INDEX t_b ON t (b);",
    ),
    judge=judge,
    live=False,
    peers=("Y15",),
)
