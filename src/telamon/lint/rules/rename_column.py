"""BC102: a column is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import last_state, renamed_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns of before this release with another name, unless a column has the old one again."""
    end = last_state(seen, ctx)
    for relation, before, after in renamed_columns(seen):
        final = end.get((relation.schema, relation.name))
        kept = final is not None and any(each.name == before.name for each in final.columns.values())
        if ctx.live_column(before.of, before.oid) and not kept:
            yield Hit(f'Renaming column "{before.name}" of "{relation.title}" to "{after.name}"')


RULE = Rule(
    code="BC102",
    name="rename-column",
    analyzer="incompatible",
    severity="warning",
    meaning="A column is renamed.",
    why="Code that still runs uses the old name and fails at once",
    instead=(
        "Add a column with the new name, keep both in step by a trigger, move the code over, then drop the old one."
    ),
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t RENAME COLUMN a TO b;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b text;"),
    judge=judge,
    peers=("L19",),
)
