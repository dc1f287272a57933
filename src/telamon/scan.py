"""Splitting a text into SQL statements, as PostgreSQL reads it and as Atlas cuts it.

The texts are those Atlas's scanner gives (a revision's partial hashes are made of them), except where that scanner is
wrong for PostgreSQL: block comments nest, `COPY ... FROM stdin` is followed by data, psql has commands of its own, and
a bare BEGIN opens a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from telamon.errors import TelamonError
from telamon.statements import Origin, Statement

_DEFAULT = ";"
_DEEPEST = 16  # blocks within blocks; PostgreSQL itself has none
_SPACE = re.compile(r"\s*")
_BLANK_AFTER_LINE = re.compile(r"[ \t\r]*\n")
_CLOSE = "Close it: all that follows was taken for a part of it."
_HARMLESS_META = frozenset({"\\restrict", "\\unrestrict"})

# Compiled when first needed, for the sake of the start-up time.
_BLANK_AFTER_BLOCK = r"[ \t\r]*\n[ \t\r]*\n"
_ESCAPED_STRING = r"(?s)[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
_COMMENT_EDGE = r"/\*|\*/"
_DELIMITER_DIRECTIVE = r"-- atlas:delimiter(?: +([^\n]*))?(?:\n|\Z)"
_DELIMITER_COMMAND = r"(?i)delimiter ([^\n]*)(?:\n|\Z)"
_ROUTINE = r"(?i)create\s+(?:or\s+replace\s+)?(?:function|procedure|trigger)\b"
_ATOMIC = r"(?i)begin\s+atomic\b"
_END = r"(?i)end\b"
_COPY_WORDS = r"""(?s)'[^']*'|"[^"]*"|--[^\n]*|/\*.*?\*/|[()]|\w+"""
_COPY_END = r"(?m)^\\\.\r?$"

_QUOTES = r"""['"`]"""
_OTHERS = r"\$(?:[^\W\d]\w*)?\$|--|/\*"
_INSIDE = re.compile(rf"{_QUOTES}|[()]|{_OTHERS}")


@lru_cache(maxsize=32)
def _outside(delimiter: str, begin: bool) -> re.Pattern[str]:
    """The next token that matters outside parentheses: a delimiter goes before a comment, a quote before both."""
    word = r"|\b(?i:begin)\b" if begin else ""
    return re.compile(rf"{_QUOTES}|[()]|{re.escape(delimiter)}|{_OTHERS}{word}")


def split(
    text: str, path: str, *, delimiter: str = _DEFAULT, psql: bool = False, first_line: int = 1
) -> list[Statement]:
    """Splits a text into its statements.

    A first line `-- atlas:delimiter X` and the client command `DELIMITER X` change the delimiter. Empty statements are
    dropped. `;` stays at the end of a statement, any other delimiter is cut off.

    Args:
        text: the file's text.
        path: how the file is called in origins and errors.
        delimiter: what ends a statement.
        psql: skip the commands of psql (`\\connect`, `\\set` ...) line by line. Without it only the harmless
            `\\restrict` and `\\unrestrict` of pg_dump are skipped and any other is an error.
        first_line: the line of the file on which the text begins.

    Raises:
        TelamonError: something is not closed, or closed without having been opened; with file:line:column.
    """
    return Scanner(text, path, delimiter, psql, first_line).statements()


class Scanner:
    """One pass over one text."""

    def __init__(self, text: str, path: str, delimiter: str = _DEFAULT, psql: bool = True, first_line: int = 1) -> None:
        self.text, self.path, self.delimiter, self.psql, self.first_line = text, path, delimiter, psql, first_line
        self.pos = 0
        self.line, self.line_pos = first_line, 0
        self.no_end_after = len(text) + 1  # beyond it no block's END is to be found: keeps the search linear
        self.ends: list[int] = []

    def statements(self, until: Callable[[int], bool] = lambda end: False) -> list[Statement]:
        """The statements from the position on, up to one at whose end it may stop."""
        if directive := _match(_DELIMITER_DIRECTIVE, self.text, 0):
            self._set_delimiter(directive[1], 0)
            self.pos = directive.end()
        found = []
        while (comments := self._lead()) is not None:
            start = self.pos
            self.pos = self._end_of_statement(start)
            text = self.text[start : self.pos]
            if self.delimiter != _DEFAULT:
                text = text.removesuffix(self.delimiter)
            origin = Origin(self.path, self._line_of(start))
            data = self._copy_data(start) if self._has_word("copy", start) else None
            found.append(Statement(text.strip(), origin, tuple(comments), data))
            self.ends.append(self.pos)
            if until(self.pos):
                break
        return found

    def _lead(self) -> list[str] | None:
        """Skips what stands before a statement; returns the comments that belong to it, or None at the end."""
        comments: list[str] = []
        text = self.text
        while True:
            pos = self._skip_space(self.pos)
            self.pos = pos
            if pos == len(text):
                return None
            if text.startswith(self.delimiter, pos):
                self.pos = pos + len(self.delimiter)
                comments = []
            elif text.startswith(("--", "/*"), pos):
                self.pos = self._skip_comment(pos)
                comments.append(text[pos : self.pos].rstrip())
                line = text[pos] == "-"
                if _BLANK_AFTER_LINE.match(text, self.pos) and (line or _match(_BLANK_AFTER_BLOCK, text, self.pos)):
                    comments = []
            elif text[pos] == "\\":
                self.pos = self._skip_meta(pos)
                comments = []
            elif self._has_word("delimiter ", pos) and (command := _match(_DELIMITER_COMMAND, text, pos)):
                argument = command[1].strip()
                if len(argument) > 1 and argument[0] == argument[-1] == "'":
                    argument = argument[1:-1].replace("''", "'")
                self._set_delimiter(argument, pos)
                self.pos = command.end()
                comments = []
            else:
                return comments

    def _end_of_statement(self, start: int, level: int = 0) -> int:
        """The position after the delimiter that ends the statement at `start`, which stands `level` blocks deep."""
        text = self.text
        blocks = self.delimiter == _DEFAULT and (self._has_word("create", start) if level == 0 else level < _DEEPEST)
        outside = _outside(self.delimiter, blocks)
        depth = opened = 0
        pos = start
        while token := (_INSIDE if depth else outside).search(text, pos):
            at, pos = token.span()
            char = text[at]
            if char in "'\"`":
                pos = self._skip_quote(at)
            elif char == "(":
                opened = opened if depth else at
                depth += 1
            elif char == ")":
                if not depth:
                    raise self._error("unexpected ')'", at, "Remove it, or add the `(` that it closes.")
                depth -= 1
            elif not depth and token[0] == self.delimiter:
                return pos
            elif char == "$":
                pos = self._skip_dollar_quote(at, token[0])
            elif char in "-/":
                pos = self._skip_comment(at)
            elif (end := self._end_of_block(start, at, level)) is not None:
                return end
        if depth:
            raise self._error("unclosed '('", opened, _CLOSE)
        return len(text)

    def _end_of_block(self, start: int, begin: int, level: int) -> int | None:
        """The position after the statement that ends the block opened by the BEGIN at `begin`; None if it opens none.

        BEGIN ATOMIC ends at a statement that starts with END. A plain BEGIN ... END is no PostgreSQL, but one statement
        for Atlas: it is kept together inside a routine, and nowhere else, where BEGIN opens a transaction.
        """
        if atomic := _match(_ATOMIC, self.text, begin):
            if end := self._end_of_body(atomic.end(), level, atomic=True):
                return end
            raise self._error("BEGIN ATOMIC without END", begin, _CLOSE)
        in_routine = level > 0 or (begin > start and _match(_ROUTINE, self.text, start))
        apart = (self.text[begin - 1] + self.text[begin + 5 : begin + 6]).isspace()
        if not in_routine or not apart or begin >= self.no_end_after:
            return None
        try:
            end = self._end_of_body(begin + len("begin"), level, atomic=False)
        except TelamonError:  # what follows is no block's body: then `begin` is a word like any other
            end = None
        if end is None:
            self.no_end_after = min(self.no_end_after, begin)
        return end

    def _end_of_body(self, pos: int, level: int, atomic: bool) -> int | None:
        while (pos := self._skip_space_and_comments(pos)) < len(self.text):
            end = self._end_of_statement(pos, _DEEPEST if atomic else level + 1)
            if (word := _match(_END, self.text, pos)) and (atomic or self.text[word.end() : end].strip() in ("", ";")):
                return end
            if not atomic and self.no_end_after <= end:
                return None  # a block inside this one has looked for an END to the last statement
            pos = end
        return None

    def _has_word(self, word: str, at: int) -> bool:
        """Whether the text goes on with a word given in lower case; what follows it is not looked at."""
        return self.text[at : at + len(word)].lower() == word

    def _skip_space(self, pos: int) -> int:
        space = _SPACE.match(self.text, pos)
        return space.end() if space else pos

    def _skip_space_and_comments(self, pos: int) -> int:
        pos = self._skip_space(pos)
        while self.text.startswith(("--", "/*"), pos):
            pos = self._skip_space(self._skip_comment(pos))
        return pos

    def _skip_quote(self, at: int) -> int:
        quote = self.text[at]
        if quote == "'" and at and self.text[at - 1] in "eE" and not _in_word(self.text, at - 1):
            closed = _match(_ESCAPED_STRING, self.text, at + 1)
            if closed:
                return closed.end()
        elif (end := self.text.find(quote, at + 1)) >= 0:
            return end + 1
        raise self._error(f"unclosed quote {quote}", at, _CLOSE)

    def _skip_dollar_quote(self, at: int, tag: str) -> int:
        if _in_word(self.text, at):
            return at + 1
        end = self.text.find(tag, at + len(tag))
        if end >= 0:
            return end + len(tag)
        if self.delimiter == _DEFAULT:
            raise self._error(f"unclosed dollar quote {tag}", at, _CLOSE)
        return len(self.text)

    def _skip_comment(self, at: int) -> int:
        if self.text[at] == "-":
            return self.text.find("\n", at) + 1 or len(self.text)
        depth = 0
        for edge in re.compile(_COMMENT_EDGE).finditer(self.text, at):
            depth += 1 if edge[0] == "/*" else -1
            if not depth:
                return edge.end()
        raise self._error("unclosed comment /*", at, _CLOSE)

    def _skip_meta(self, at: int) -> int:
        end = self.text.find("\n", at) + 1 or len(self.text)
        name = self.text[at:end].split(maxsplit=1)[0]
        if not self.psql and name not in _HARMLESS_META:
            do = "Remove the line: only psql itself can run it."
            raise self._error(f"{name} is a command of psql, not SQL", at, do)
        return end

    def _copy_data(self, start: int) -> str | None:
        """The data lines after a `COPY ... FROM stdin`, up to the line `\\.`; moves behind it."""
        if not self._reads_stdin(start):
            return None
        line_end = self.text.find("\n", self.pos)
        rest = self.text[self.pos : line_end if line_end >= 0 else None]
        if rest.strip():
            do = "Put its data on the lines below it."
            raise self._error("COPY ... FROM stdin is followed by something on its own line", self.pos, do)
        if line_end < 0:
            return ""
        end = re.compile(_COPY_END).search(self.text, line_end + 1)
        if end is None:
            raise self._error("the data of COPY ... FROM stdin has no end", start, "End it with a line `\\.`.")
        self.pos = end.end()
        return self.text[line_end + 1 : end.start()]

    def _reads_stdin(self, start: int) -> bool:
        depth, before = 0, ""
        for token in re.compile(_COPY_WORDS).finditer(self.text, start, self.pos):
            word = token[0].lower()
            depth += (word == "(") - (word == ")")
            if not depth and before == "from" and word == "stdin":
                return True
            before = word if not depth and not word.startswith(("--", "/*")) else before
        return False

    def _set_delimiter(self, argument: str | None, at: int) -> None:
        delimiter = (argument or "").rstrip()
        for escape, char in (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t")):
            delimiter = delimiter.replace(escape, char)
        if not delimiter:
            raise self._error("the delimiter is empty", at, "Write after the word what ends a statement.")
        self.delimiter = delimiter

    def _line_of(self, pos: int) -> int:
        """The line of a position that is not before the last one asked for."""
        self.line += self.text.count("\n", self.line_pos, pos)
        self.line_pos = pos
        return self.line

    def _error(self, what: str, at: int, do: str) -> TelamonError:
        line = self.first_line + self.text.count("\n", 0, at)
        column = at - self.text.rfind("\n", 0, at)
        return TelamonError(f"Cannot split into statements: {what}", where=f"{self.path}:{line}:{column}", do=do)


def _match(pattern: str, text: str, pos: int) -> re.Match[str] | None:
    return re.compile(pattern).match(text, pos)


def _in_word(text: str, at: int) -> bool:
    """Whether the character at `at` continues an identifier (PostgreSQL: letters, digits, _, $, all beyond ASCII)."""
    before = text[at - 1] if at else " "
    return before.isalnum() or before in "_$" or before > "\x7f"
