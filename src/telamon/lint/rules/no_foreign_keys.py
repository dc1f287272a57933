"""TL325: foreign keys are not wanted."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Foreign keys that come."""
    for constraint in seen.created(Constraint):
        if constraint.type == "f" and not constraint.inherited:
            yield Hit(f'Foreign key "{constraint.name}" of table "{seen.title(constraint.of)}"')


RULE = Rule(
    code="TL325",
    name="no-foreign-keys",
    analyzer="foreign_key",
    severity="warning",
    meaning="A foreign key is added, in a project that wants none.",
    why="Some sharded set-ups cannot keep them",
    instead="Keep it in the code.",
    bad=Example("CREATE TABLE u (id int PRIMARY KEY);", "CREATE TABLE t (id int REFERENCES u);"),
    good=Example("CREATE TABLE u (id int PRIMARY KEY);", "CREATE TABLE t (id int);"),
    judge=judge,
    live=False,
    on=False,
    peers=("Y18",),
)
