"""TL323: a table has no comment."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_tables
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation
from telamon.lint.syntax import nodes


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """New tables without a comment at the end of the file."""
    end = ctx.file[-1].after if ctx.file else seen.after
    for table in new_tables(seen):
        final = end.relations.get(table.oid)
        if final is not None and not final.comment and not _said(final, ctx):
            yield Hit(f'Table "{final.title}" has no comment', f"COMMENT ON TABLE {final.sql} IS '...';")


def _said(table: Relation, ctx: Context) -> bool:
    """Whether a statement of the file says it: a comment changes nothing that is read again."""
    told = (node for seen in ctx.file if seen.command == "comment_stmt" for node in nodes(seen.node, "String"))
    return any(node.sval == table.name for node in told)


RULE = Rule(
    code="TL323",
    name="no-comment",
    analyzer="comments",
    severity="info",
    meaning="A table is created without a comment.",
    why="Nobody says what its rows are",
    instead="COMMENT ON TABLE.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY); COMMENT ON TABLE t IS 'What there is.';"),
    judge=judge,
    live=False,
    on=False,
    peers=("Y18",),
)
