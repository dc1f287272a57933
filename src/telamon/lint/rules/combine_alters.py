"""TL132: neighbours alter one table."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import names


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """ALTER TABLEs that follow one of the same table in the same transaction."""
    earlier = ctx.before(seen)
    if earlier and seen.command == earlier[-1].command == "alter_table_stmt" and seen.shared:
        one, other = (each.node.alter_table_stmt.relation for each in (earlier[-1], seen))
        same = (one.schemaname, one.relname) == (other.schemaname, other.relname)
        live = any(
            ctx.live_table(lock.of) for lock in (*seen.locks, *seen.held) if seen.title(lock.of).endswith(other.relname)
        )
        clauses = {*names(earlier[-1].node), *names(seen.node)}
        # What proves NOT NULL can go only after it.
        depends = "AT_ValidateConstraint" in clauses or {"AT_SetNotNull", "AT_DropConstraint"} <= clauses
        if same and live and not depends:
            yield Hit(f'Table "{other.relname}" is altered by two statements in a row that could be one')


RULE = Rule(
    code="TL132",
    name="combine-alters",
    analyzer="lock",
    severity="info",
    meaning="Two ALTER TABLE of one table follow each other.",
    why="Each may rewrite or read the table once more",
    instead="One ALTER TABLE with several clauses.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN c int;",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int, ADD COLUMN c int;"),
    judge=judge,
    peers=("L32",),
)
