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
    """Joins neighbouring clauses of one ALTER TABLE, each about another column or constraint."""
    joined: list[Step] = []
    subjects: set[str] = set()
    for step in steps:
        subject = subject_of(step)
        last = joined[-1] if joined else None
        if last and subject and last.table == step.table and subject not in subjects and subject_of(last):
            clause = f"{last.clause},\n  {step.clause}"
            loss = "; ".join(part for part in (last.loss, step.loss) if part)
            joined[-1] = replace(
                last, sql=f"{last.table}\n  {clause}", clause=clause, loss=loss, rewrite=last.rewrite or step.rewrite,
                comment=merged_comment(last, step),
            )  # fmt: skip
        else:
            joined.append(step)
            subjects = set()
        if subject:
            subjects.add(subject)
    return joined


def merged_comment(last: Step, step: Step) -> str:
    """Both comments, without saying one thing twice."""
    known = last.comment.split("; ")
    return last.comment if step.comment in known else f"{last.comment}; {step.comment}"


def subject_of(step: Step) -> str:
    """The column or constraint that a clause is about; "" when the step cannot be joined."""
    if not step.table or not step.clause.startswith(JOINED):
        return ""
    rest = step.clause.split(" ", 2)[2]
    if rest.startswith('"'):
        end = rest.replace('""', "__").index('"', 1)
        return rest[: end + 1]
    return rest.split(" ", 1)[0]


def render(steps: Iterable[Step]) -> str:
    """The statements, each under its comment, hazards included."""
    listed = join(steps)
    if any(step.bodies for step in listed):
        listed.insert(0, BODIES)
    return "".join(f"{comment_lines(step)}{step.sql};\n" for step in listed)


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
