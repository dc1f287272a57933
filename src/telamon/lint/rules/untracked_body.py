"""TL216: what a function needs is not tracked."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Functions that are made with a body as text."""
    for function in seen.created(Thing):
        if function.kind == "function" and function.detail.startswith(("plpgsql ", "plpython3u ", "plperl ")):
            yield Hit(f'What function "{function.name}" needs is not tracked by the server')


RULE = Rule(
    code="TL216",
    name="untracked-function-body",
    analyzer="routine",
    severity="info",
    meaning="A function has a body as text, in a language whose needs the server does not track.",
    why="Dropping what it uses succeeds, and the function fails when it is called",
    instead=(
        "A body in SQL (BEGIN ATOMIC) where it can be said that way; `telamon schema validate` checks the others."
    ),
    bad=Example("", "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;"),
    good=Example("", "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;"),
    judge=judge,
    live=False,
    on=False,
    peers=("C16",),
)
