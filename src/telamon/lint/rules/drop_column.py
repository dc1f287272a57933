"""DS103: a column is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Stored columns that were there before this release, of tables that stay."""
    lost: dict[int, list[str]] = {}
    for column in seen.dropped(Column):
        relation = seen.after.relations.get(column.of)
        live = ctx.live_column(column.of, column.oid) and column.generated != "v"
        if live and relation and relation.kind in ("r", "p", "f"):
            lost.setdefault(column.of, []).append(column.name)
    for of, names in lost.items():
        if not seen.handed_down(of):
            noun = "column" if len(names) == 1 else "columns"
            yield Hit(f'Dropping non-virtual {noun} {titled(names)} of table "{seen.title(of)}"')


RULE = Rule(
    code="DS103",
    name="drop-column",
    analyzer="destructive",
    severity="error",
    meaning="A column is dropped.",
    why="Its values are lost for good, and code that still runs and names the column fails",
    instead="Release code that does not name the column first; drop it in a later release.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t DROP COLUMN a;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b text;"),
    judge=judge,
    peers=("C2",),
)
