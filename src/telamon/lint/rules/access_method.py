"""PG311: another access method."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables with another access method."""
    for before, after in seen.altered(Relation):
        if before.method != after.method and ctx.live_table(after.oid) and before.method and after.method:
            yield Hit(f'Setting the access method of table "{after.title}" to {after.method} rewrites it')


RULE = Rule(
    code="PG311",
    name="set-access-method",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A table gets another access method.",
    why=("All rows and indexes are written anew under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile"),
    instead="Fill a new table of that access method and swap the two.",
    bad=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE ACCESS METHOD other TYPE TABLE "
            "HANDLER heap_tableam_handler;"
        ),
        "ALTER TABLE t SET ACCESS METHOD other;",
    ),
    good=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE ACCESS METHOD other TYPE TABLE "
            "HANDLER heap_tableam_handler;"
        ),
        "CREATE TABLE u (id int PRIMARY KEY) USING other;",
    ),
    judge=judge,
    peers=("L25",),
)
