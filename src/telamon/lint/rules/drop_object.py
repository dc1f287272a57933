"""TL220: something that code uses is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column, Relation, Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Views, functions, sequences and types of before this release that go and do not come again in the file."""
    end = ctx.file[-1].after if ctx.file else seen.after
    left = {(each.schema, each.name) for each in end.relations.values()}
    for relation in seen.dropped(Relation):
        noun = {"v": "view", "m": "materialized view", "S": "sequence"}.get(relation.kind)
        owned = relation.kind == "S" and any(seen.dropped(Column))  # it goes with its column
        if noun and not owned and ctx.live(relation.oid) and (relation.schema, relation.name) not in left:
            yield Hit(f'Dropping {noun} "{relation.title}"')
    for thing in seen.dropped(Thing):
        things = end.things.get(thing.kind, {}).values()
        again = any((each.schema, each.name) == (thing.schema, thing.name) for each in things)
        if thing.kind in ("function", "type") and thing.oid in ctx.base.things[thing.kind] and not again:
            yield Hit(f'Dropping {thing.kind} "{thing.name}"')


RULE = Rule(
    code="TL220",
    name="drop-object",
    analyzer="incompatible",
    severity="warning",
    meaning="A view, a function, a sequence or a type is dropped and does not come again in the file.",
    why="Code that still uses it fails at once",
    instead="Drop it one release after the last code that used it.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text); CREATE VIEW v AS SELECT id FROM t;", "DROP VIEW v;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE VIEW v AS SELECT id FROM t;",
        "DROP VIEW v; CREATE VIEW v AS SELECT id, a FROM t;",
    ),
    judge=judge,
)
