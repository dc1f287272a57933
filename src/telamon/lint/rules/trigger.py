"""PG308: a trigger comes, goes or is switched."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Trigger


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Triggers of tables that were there before."""
    verbs = [
        *(("Creating", each) for each in seen.created(Trigger)),
        *(("Dropping", each) for each in seen.dropped(Trigger)),
    ]
    verbs += [("Altering", after) for before, after in seen.altered(Trigger) if before.enabled != after.enabled]
    for verb, trigger in verbs:
        if ctx.live_table(trigger.of) and trigger.of in seen.after.relations:
            yield Hit(f'{verb} trigger "{trigger.name}" locks table "{seen.title(trigger.of)}" against writes')


RULE = Rule(
    code="PG308",
    name="trigger-lock",
    analyzer="lock",
    severity="info",
    meaning="A trigger of an existing table is created, dropped, enabled or disabled.",
    why=("It takes SHARE ROW EXCLUSIVE or more on the table; while it waits for long transactions, writes wait for it"),
    instead="Keep such a file short, alone, and applied with a short lock_timeout, as `telamon migrate apply` does.",
    bad=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE FUNCTION f() RETURNS trigger LANGUAGE "
            "plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        ),
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
    ),
    good=Example(
        (
            "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE FUNCTION f() RETURNS trigger LANGUAGE "
            "plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        ),
        "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;",
    ),
    judge=judge,
    peers=("L26",),
)
