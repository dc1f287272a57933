"""TL136: a foreign key without index."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE, column_names, listed, titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Foreign keys whose columns lead no index at the end of the file."""
    end = ctx.file[-1].after if ctx.file else seen.after
    for constraint in seen.created(Constraint):
        relation = end.relations.get(constraint.of)
        if (
            constraint.type != "f"
            or constraint.inherited
            or relation is None
            or constraint.oid not in relation.constraints
        ):
            continue
        wanted = set(constraint.columns)
        leading = (set(index.columns[: len(wanted)]) for index in relation.indexes.values() if not index.partial)
        if wanted not in leading:
            columns = listed(seen, constraint.of, constraint.columns)
            names = titled(column_names(seen, constraint.of, constraint.columns))
            live = ctx.live_table(constraint.of)
            rewrite = (
                f"{ALONE if live else ''}CREATE INDEX {'CONCURRENTLY ' if live else ''}ON "
                f"{seen.name(constraint.of)} ({columns});"
            )
            yield Hit(
                f'No index of table "{relation.title}" leads with {names}, to which foreign key '
                f'"{constraint.name}" belongs',
                rewrite,
            )


RULE = Rule(
    code="TL136",
    name="foreign-key-without-index",
    analyzer="foreign_key",
    severity="info",
    meaning="A foreign key is added and no index leads with its columns.",
    why="Every DELETE or key change in the other table reads this one from end to end while it holds locks",
    instead="Create the index first.",
    bad=Example("CREATE TABLE u (id int PRIMARY KEY);", "CREATE TABLE t (id int PRIMARY KEY, u int REFERENCES u);"),
    good=Example(
        "CREATE TABLE u (id int PRIMARY KEY);",
        "CREATE TABLE t (id int PRIMARY KEY, u int REFERENCES u); CREATE INDEX ON t (u);",
    ),
    judge=judge,
    live=False,
    peers=("L36",),
)
