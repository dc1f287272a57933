"""TL131: a long transaction that nobody recognizes, or that nobody ends when its client is gone."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """The first statement of a file's transaction that locks a table, where one of the two is not set above it."""
    if not seen.transactional or not ctx.locked(seen) or any(ctx.locked(each) for each in ctx.before(seen)):
        return
    if not seen.idle_timeout:
        yield Hit(
            "Nothing ends this transaction when its client hangs: idle_in_transaction_session_timeout is not set",
            "SET idle_in_transaction_session_timeout = '1min';",
        )
    if not seen.application_name:
        yield Hit(
            "Nobody can tell in pg_stat_activity who holds these locks: application_name is not set",
            "SET application_name = 'migrations';",
        )


RULE = Rule(
    code="TL131",
    name="require-session-settings",
    analyzer="timeouts",
    severity="warning",
    meaning="A file locks a table and sets no application_name or no idle_in_transaction_session_timeout.",
    why=(
        "`telamon migrate apply` sets both; where something else runs the files, a client that hangs keeps its locks, "
        "and nobody sees whose they are"
    ),
    instead="SET both at the head of the file.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "SET application_name = 'migrations'; SET idle_in_transaction_session_timeout = '1min';\n"
        "ALTER TABLE t ADD COLUMN b int;",
    ),
    judge=judge,
    on=False,
    peers=("L31",),
)
