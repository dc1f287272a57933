"""TL326: rows are written from a vague query."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import nodes


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """INSERT ... SELECT *, and conditions that begin with a wildcard, where rows are written."""
    if seen.command not in ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"):
        return
    if seen.command == "insert_stmt" and any(nodes(seen.node, "A_Star")):
        yield Hit("SELECT * gives what its table has today, and another migration may add a column")
    for node in nodes(seen.node, "A_Expr"):
        patterns = [each.sval.sval for each in nodes(node.rexpr, "A_Const")]
        if any(each.string.sval.startswith("~~") for each in node.name) and any(
            each.startswith("%") for each in patterns
        ):
            yield Hit(f"A pattern that begins with a wildcard reads the whole table: '{patterns[0]}'")


RULE = Rule(
    code="TL326",
    name="vague-query",
    analyzer="data_write",
    severity="info",
    meaning="SELECT * or a pattern that begins with a wildcard in a statement that writes rows.",
    why="What it reads changes with the table, or no index serves it",
    instead="Name the columns; select rows by what an index serves.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE TABLE u (id int PRIMARY KEY, a text);",
        "INSERT INTO u SELECT * FROM t WHERE id > 100; DELETE FROM u WHERE a LIKE '%x';",
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE TABLE u (id int PRIMARY KEY, a text);",
        "INSERT INTO u (id, a) SELECT id, a FROM t WHERE id > 100; DELETE FROM u WHERE a LIKE 'x%';",
    ),
    judge=judge,
    live=False,
    peers=("Y19",),
)
