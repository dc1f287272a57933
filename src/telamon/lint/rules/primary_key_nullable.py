"""PG304: a primary key over columns that may be null."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added, check_name, titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation
from telamon.quote import ident


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Primary keys whose columns become NOT NULL with them."""
    for constraint in added(seen, ctx, "p"):
        table = ctx.base.relations[constraint.of]
        before = seen.before.relations[constraint.of].columns
        names = [
            before[number].name for number in constraint.columns if number in before and not before[number].not_null
        ]
        if names:
            message = (
                f'Primary key "{constraint.name}" sets {titled(names)} of table "{table.title}" NOT NULL, '
                "which reads the whole table"
            )
            yield Hit(message, "\n".join(_proof(table, name) for name in names))


def _proof(table: Relation, name: str) -> str:
    check = check_name(table.name, name)
    return (
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {check} CHECK ({ident(name)} IS NOT NULL) NOT VALID;\n"
        f"-- in the next file, and before the primary key:\nALTER TABLE {table.sql} VALIDATE "
        f"CONSTRAINT {check};"
    )


RULE = Rule(
    code="PG304",
    name="primary-key-over-nullable",
    analyzer="data_scan",
    severity="warning",
    meaning="A primary key is added over columns that may hold NULL.",
    why="The columns are set NOT NULL, for which the whole table is read under ACCESS EXCLUSIVE",
    instead="Prove NOT NULL by a validated CHECK first.",
    bad=Example("CREATE TABLE t (id int, a text);", "ALTER TABLE t ADD PRIMARY KEY (id);"),
    good=Example("CREATE TABLE t (id int NOT NULL, a text);", "ALTER TABLE t ADD PRIMARY KEY (id);"),
    judge=judge,
    peers=("L7",),
)
