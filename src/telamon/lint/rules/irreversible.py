"""TL212: rows are changed and there is no way back."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that write rows of tables of before this release, in a file without a part `down.sql`."""
    changed = (each.of for each in seen.written if ctx.live_table(each.of) and each.updated + each.deleted)
    tables = seen.whole(changed)
    if tables and not ctx.reversible:
        yield Hit(f'Rows of table "{seen.title(tables[0])}" are changed, and the file has no down.sql')


RULE = Rule(
    code="TL212",
    name="irreversible-data",
    analyzer="data_write",
    severity="warning",
    meaning="A file changes rows and says nothing about the way back.",
    why="What the rows held before cannot be found out from the schema",
    instead="Make the file an archive (`-- atlas:txtar`) with a part `down.sql`.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "UPDATE t SET a = 'x' WHERE id = 1;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "INSERT INTO t VALUES (10, 'x');"),
    judge=judge,
    on=False,
    peers=("C12",),
)
