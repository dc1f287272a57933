"""Directives: `atlas:<name> [<argument>]` in comments, where Atlas honours them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# All but the first are compiled when first needed, for the sake of the start-up time.
_SUM = re.compile(rb"[ -~]*atlas:(\w+)(?: +(.+))?")
_OF_FILE = r"(?a)[ -~]*atlas:(\w+)(?: +(.+))?"
_OWN = r"(?a)(?:--|#)[ \t]*telamon:(\w+)(?:[ \t]+(.+))?"
_BLANK_LINE = r"[ \t]*\n"
_OF_STATEMENT = r"(?a)(?:-- ?|# ?|/\*)atlas:(\w+)(?: +(.+))?"


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive.

    Args:
        name: the word after `atlas:`.
        argument: the rest of the line, "" where there is none.
        line: counted from 1 in the text that was searched; 0 for a directive of a statement.
    """

    name: str
    argument: str = ""
    line: int = 0


def sum_ignored(content: bytes) -> bool:
    """Whether the first line says `atlas:sum ignore`: the sum file then leaves the content out.

    Any printable ASCII may precede it. With CRLF the argument is `ignore\\r`, which is another one.
    """
    match = _SUM.match(content)
    return match is not None and (match[1], match[2]) == (b"sum", b"ignore")


def file_directives(text: str, first_line: int = 1) -> tuple[Directive, ...]:
    """The directives of a file: in comment lines from its first byte on that a blank line sets off from what follows.

    A file of nothing but comments counts as set off. With CRLF line ends no line is blank to Atlas, and the
    directives are lost; a file's warnings say so.
    """
    directives, end = _leading(text, first_line)
    return directives if end == len(text) or re.compile(_BLANK_LINE).match(text, end) else ()


def leading_directives(text: str) -> tuple[Directive, ...]:
    """The directives in the comment lines at the head of a text, set off or not."""
    return _leading(text)[0]


def own_directives(text: str) -> tuple[Directive, ...]:
    """Telamon's own directives (`-- telamon:<name>`) in the comment lines at the head of a text. Atlas ignores them."""
    return _leading(text, 1, _OWN)[0]


def is_archive(text: str) -> bool:
    """Whether the first line says `atlas:txtar`: the file is an archive of parts."""
    return any(directive.name == "txtar" and directive.line == 1 for directive in leading_directives(text))


def statement_directives(comments: Iterable[str]) -> tuple[Directive, ...]:
    """The directives in the one-line comments that belong to a statement (`Statement.comments`)."""
    single = (comment.removesuffix("*/") for comment in comments if "\n" not in comment)
    return tuple(_directive(match, 0) for comment in single if (match := re.compile(_OF_STATEMENT).match(comment)))


def _leading(text: str, line: int = 1, form: str = _OF_FILE) -> tuple[tuple[Directive, ...], int]:
    """The directives of the comment lines at the head of a text, and where the first other line begins."""
    found = []
    start = 0
    while text.startswith(("--", "#"), start):
        end = text.find("\n", start) + 1 or len(text)
        if match := re.compile(form).match(text[start:end].strip()):
            found.append(_directive(match, line))
        start = end
        line += 1
    return tuple(found), start


def _directive(match: re.Match[str], line: int) -> Directive:
    return Directive(match[1], (match[2] or "").strip(), line)
