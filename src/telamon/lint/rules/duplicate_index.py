"""TL316: an index is there twice."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes whose keys another one of the table begins with."""
    for index in seen.created(Index):
        relation = seen.after.relations[index.of]
        if index.inherited or 0 in index.columns or index.partial:
            continue
        keys, classes = index.columns[: index.keys], index.classes.split()
        end = (ctx.file[-1].after if ctx.file else seen.after).relations.get(index.of, relation)
        for other in relation.indexes.values():
            if other.oid not in end.indexes:
                continue  # it makes room for the new one
            alike = other.columns[: len(keys)] == keys and other.classes.split()[: len(classes)] == classes
            covers = other.method == index.method and not other.partial and not (index.unique and not other.unique)
            if other.oid != index.oid and alike and covers and not (index.unique and other.keys > index.keys):
                # A primary key is there for more than its index: then the other one is too many.
                less, more = (other, index) if index.primary else (index, other)
                yield Hit(f'Index "{less.name}" gives table "{relation.title}" nothing that "{more.name}" does not')
                break


RULE = Rule(
    code="TL316",
    name="duplicate-index",
    analyzer="performance",
    severity="warning",
    meaning="An index is built whose columns another one begins with already.",
    why="Every write pays for both, and no query needs the shorter one",
    instead="Leave it out.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a_id ON t (a, id);", "CREATE INDEX t_a ON t (a);"
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a_id ON t (a, id);",
        "CREATE UNIQUE INDEX t_a ON t (a);",
    ),
    judge=judge,
    live=False,
    peers=("Y15",),
)
