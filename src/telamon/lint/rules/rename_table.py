"""BC101: a table or view is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import last_state
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation, Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Relations of before this release with another name, unless a view stands in for the old one."""
    end = last_state(seen, ctx)
    pairs = [pair for pair in seen.altered(Relation) if pair[0].kind in ("r", "p", "v", "m", "f")]
    moved = {each.oid for each, _ in ctx_schemas(seen)}
    for before, after in pairs:
        same = (before.schema, before.name) == (after.schema, after.name)
        if same or moved or not ctx.live(before.oid) or (before.schema, before.name) in end:
            continue
        stand_in = f"CREATE VIEW {before.sql} AS SELECT * FROM {after.sql};"
        yield Hit(
            f'Renaming table "{before.title}" to "{after.title}"', f"{seen.statement.text.rstrip(';')};\n{stand_in}"
        )


def ctx_schemas(seen: Observed) -> Iterator[tuple[Thing, Thing]]:
    """Schemas that are renamed: their tables are told with them."""
    return ((before, after) for before, after in seen.altered(Thing) if before.kind == "schema")


RULE = Rule(
    code="BC101",
    name="rename-table",
    analyzer="incompatible",
    severity="warning",
    meaning="A table or a view is renamed, and nothing has its old name.",
    why="Code that still runs uses the old name and fails at once",
    instead="Leave a view with the old name behind until the code is gone.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t RENAME TO u;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u;"
    ),
    judge=judge,
    peers=("L19",),
)
