"""Steps as SQL text: neighbours joined, one comment a statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from telamon.kinds.base import Step

JOINED = (
    "ADD COLUMN ", "DROP COLUMN ", "ADD CONSTRAINT ", "DROP CONSTRAINT ", "ALTER COLUMN ",
)  # fmt: skip
BODIES = Step("SET check_function_bodies = off", "function bodies may name what is created later")


def join(steps: Iterable[Step]) -> list[Step]:
    """Joins neighbouring clauses of one ALTER TABLE, about different columns or constraints, and rows of one INSERT."""
    joined: list[list[Step]] = []
    for step in steps:
        last = joined[-1] if joined else []
        if last and last[0].table == step.table and subject_of(last[0]) and fits(step, last):
            last.append(step)
        else:
            joined.append([step])
    return [one(group) for group in joined]


def fits(step: Step, group: list[Step]) -> bool:
    """Whether a clause can stand beside others: about something else, or the new form of what was just dropped."""
    subject = subject_of(step)
    same = [other for other in group if subject_of(other) == subject]
    replaces = step.clause.startswith("ADD CONSTRAINT ") and all(o.clause.startswith("DROP CONSTRAINT ") for o in same)
    return bool(subject) and (not same or replaces)


def one(group: list[Step]) -> Step:
    """One step for a group of clauses."""
    first = group[0]
    if len(group) == 1:
        return first
    clause = ",\n  ".join(step.clause for step in group)
    table = first.comment.rpartition(" ")[2]
    said = dict.fromkeys(short(step.comment, table) for step in group)
    return replace(
        first,
        sql=f"{first.table}\n  {clause}",
        clause=clause,
        comment=first.several or f"modify table {table}: {', '.join(said)}",
        loss="; ".join(dict.fromkeys(step.loss for step in group if step.loss)),
        rewrite=any(step.rewrite for step in group),
    )


def short(comment: str, table: str) -> str:
    """A comment without the table that the joined one names already."""
    for link in ("to table", "of table", "on table", "of", "to", "on"):
        comment = comment.removesuffix(f" {link} {table}")
    return comment


def subject_of(step: Step) -> str:
    """The column, constraint or row that a clause is about; "" when the step cannot be joined."""
    if step.several:
        return step.clause
    if not step.table or not step.clause.startswith(JOINED):
        return ""
    rest = step.clause.split(" ", 2)[2]
    if rest.startswith('"'):
        end = rest.replace('""', "__").index('"', 1)
        return rest[: end + 1]
    return rest.split(" ", 1)[0]


def render(steps: Iterable[Step]) -> str:
    """The statements, each under its comment, hazards included."""
    return "".join(f"{comment_lines(step)}{step.sql};\n" for step in steps)


def comment_lines(step: Step) -> str:
    """`-- Drop table x`, and what is lost or rewritten."""
    comment = one_line(step.comment)
    lines = [f"-- {comment[:1].upper()}{comment[1:]}"]
    if step.loss:
        lines.append(f"-- Hazard: this loses {one_line(step.loss)}")
    if step.rewrite:
        lines.append("-- Hazard: this may rewrite the table under an exclusive lock")
    return "".join(f"{line}\n" for line in lines)


def one_line(text: str) -> str:
    """Names may hold line breaks; a comment must not."""
    return " ".join(text.split())
