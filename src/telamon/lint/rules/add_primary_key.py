"""PG104: a primary key builds its index under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import ALONE, added, fresh_index, listed
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Primary keys that adopt no index that was there."""
    for constraint in added(seen, ctx, "p"):
        if fresh_index(seen, constraint):
            table = seen.name(constraint.of)
            name = ident(constraint.name)
            columns = listed(seen, constraint.of, constraint.columns)
            message = (
                f'Adding primary key "{constraint.name}" builds its index while table '
                f'"{seen.title(constraint.of)}" is locked against reads and writes'
            )
            yield Hit(
                message,
                f"{ALONE}CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns});\n\n-- in the "
                "next file:\n"
                f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name};",
            )


RULE = Rule(
    code="PG104",
    name="add-primary-key",
    analyzer="concurrent_index",
    severity="warning",
    meaning="A primary key is added to an existing table and builds its index.",
    why="The index is built under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile",
    instead="Build a unique index concurrently, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
    bad=Example("CREATE TABLE t (id int NOT NULL, a text);", "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);"),
    good=Example(
        "CREATE TABLE t (id int NOT NULL, a text); CREATE UNIQUE INDEX t_id ON t (id);",
        "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_id;",
    ),
    judge=judge,
    peers=("L7",),
)
