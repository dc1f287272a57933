"""TL309: a name without schema."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import nodes


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that name relations without their schema."""
    commands = ("create_stmt", "alter_table_stmt", "index_stmt", "rename_stmt", "view_stmt")
    if seen.command in commands:
        for node in nodes(seen.node, "RangeVar"):
            if node.relname and not node.schemaname and node.relpersistence != "t":
                yield Hit(f'"{node.relname}" is named without its schema')
                return


RULE = Rule(
    code="TL309",
    name="unqualified-name",
    analyzer="robustness",
    severity="info",
    meaning="A table is named without its schema.",
    why="Which one is meant depends on the search_path of the session that runs the migration",
    instead="Write the schema.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE public.t ADD COLUMN b int;"),
    judge=judge,
    live=False,
    on=False,
    peers=("Y9",),
)
