"""TL208: CASCADE drops more than is named."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column, Constraint, Relation, Thing
from telamon.lint.syntax import cascades, nodes


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Relations, constraints and functions that a statement with CASCADE dropped without naming them."""
    if not cascades(seen.node):
        return
    tables = [each for each in seen.dropped(Relation) if ctx.live(each.oid) and each.kind in ("r", "p", "v", "m", "f")]
    gone = {each.oid for each in tables}
    constraints = [
        each for each in seen.dropped(Constraint) if each.type == "f" and each.of not in gone and ctx.live(each.of)
    ]
    named = {str(each.sval) for each in nodes(seen.node, "String")}
    others = [each.title for each in tables if each.name not in named]
    others += [f"{each.name} of {seen.title(each.of)}" for each in constraints if each.name not in named]
    others += [
        each.name for each in seen.dropped(Thing) if each.kind in ("function", "type") and each.name not in named
    ]
    lost = [
        each for each in seen.dropped(Column) if each.of in seen.after.relations and ctx.live_column(each.of, each.oid)
    ]
    others += [
        f"{seen.title(each.of)}.{each.name}"
        for each in lost
        if seen.after.relations[each.of].is_table and seen.command == "drop_stmt"
    ]
    if others:
        yield Hit(f"CASCADE drops more than is named: {titled(others)}")


RULE = Rule(
    code="TL208",
    name="cascade",
    analyzer="destructive",
    severity="error",
    meaning="A statement with CASCADE drops what it does not name.",
    why="What depends on it on the target may be more than anybody thought of",
    instead="Drop each thing by its name, dependents first, without CASCADE.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE VIEW v AS SELECT id FROM t;", "DROP TABLE t CASCADE;"
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE VIEW v AS SELECT id FROM t;", "DROP VIEW v; DROP TABLE t;"
    ),
    judge=judge,
    peers=("C8",),
)
