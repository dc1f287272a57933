"""Evaluates HCL expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from telamon.errors import UsageError
from telamon.hcl.functions import FUNCTIONS, HclValueError, as_text
from telamon.hcl.tree import line_of, parse, parts, tokens, word

if TYPE_CHECKING:
    from telamon.hcl.tree import Node

Value: TypeAlias = Any
"""A text, number, truth, None, list or dict, or a `Namespace`."""

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


@runtime_checkable
class Namespace(Protocol):
    """Something whose attributes are computed when they are asked for: `var`, `local`, `data`."""

    def attribute(self, name: str, where: str) -> Value:
        """The attribute of a name.

        Args:
            where: file:line of the reference, for messages.

        Raises:
            UsageError: there is none.
        """


@dataclass(frozen=True)
class Evaluator:
    """Evaluates the expressions of one file.

    Args:
        file: for messages.
        folder: to which the paths of functions are relative.
        names: what identifiers stand for.
    """

    file: Path
    folder: Path
    names: Mapping[str, Value] = field(default_factory=dict)

    def with_names(self, **names: Value) -> Evaluator:
        """The same, with more names."""
        return replace(self, names={**self.names, **names})

    def where(self, node: Node) -> str:
        """file:line of a node."""
        return f"{self.file}:{line_of(node)}"

    def __call__(self, node: Node) -> Value:
        """The value of an expression.

        Raises:
            UsageError: it cannot be evaluated; names file and line.
        """
        method = getattr(self, f"_{node.data}", None)
        if method is None:
            raise UsageError(
                f"{str(node.data).replace('_', ' ')} is not understood here",
                where=self.where(node),
                do="Write it with conditions, for expressions and functions.",
            )
        return method(node)

    def _expr_term(self, node: Node) -> Value:
        return self(parts(node)[0])

    def _int_lit(self, node: Node) -> int:
        return int(tokens(node)[0])

    def _float_lit(self, node: Node) -> float:
        return float(tokens(node)[0])

    def _literal_value(self, node: Node) -> bool | None:
        return {"true": True, "false": False, "null": None}[str(tokens(node)[0])]

    def _identifier(self, node: Node) -> Value:
        name = word(node)
        if name not in self.names:
            raise UsageError(
                f"{name} is not defined",
                where=self.where(node),
                do=f'Write it in quotes if it is a text: "{name}". Known are: {", ".join(self.names)}.',
            )
        return self.names[name]

    def _string(self, node: Node) -> Value:
        pieces = parts(node)
        if len(pieces) == 1 and (inner := parts(pieces[0])) and inner[0].data == "interpolation":
            return self(parts(inner[0])[0])  # "${x}" is x itself, whatever its type
        return "".join(self._piece(piece) for piece in pieces)

    def _piece(self, node: Node) -> str:
        for inner in parts(node):
            if inner.data != "interpolation":
                return str(self(inner))  # a directive: refused there
            return self._text(self(parts(inner)[0]), inner)
        text = str(tokens(node)[0])
        return text[1:] if text.startswith(("$${", "%%{")) else self._unescape(text, node)

    def _unescape(self, text: str, node: Node) -> str:
        head, backslash, rest = text.partition("\\")
        if not backslash:
            return text
        letter = rest[:1]
        if letter in _ESCAPES:
            return head + _ESCAPES[letter] + self._unescape(rest[1:], node)
        digits = {"u": 4, "U": 8}.get(letter, 0)
        try:
            return head + chr(int(rest[1 : 1 + digits], 16)) + self._unescape(rest[1 + digits :], node)
        except (ValueError, OverflowError) as error:
            raise UsageError(f"\\{letter} is not an escape", where=self.where(node), do="Write \\\\ for \\.") from error

    def _text(self, value: Value, node: Node) -> str:
        try:
            return as_text(value)
        except HclValueError as error:
            raise UsageError(str(error), where=self.where(node), do="Use jsonencode, or join.") from error

    def _heredoc_template(self, node: Node) -> str:
        body = "".join(str(tokens(node)[0]).splitlines(keepends=True)[1:-1])
        return self.template(body, line_of(node) + 1)

    def _heredoc_template_trim(self, node: Node) -> str:
        lines = str(tokens(node)[0]).splitlines(keepends=True)[1:-1]
        indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        least = min(indents, default=0)
        return self.template("".join(line[least:] if line.strip() else line for line in lines), line_of(node) + 1)

    def template(self, text: str, line: int) -> str:
        """The text of a heredoc, with each `${...}` evaluated."""
        result = ""
        for piece, inside in _interpolations(text, f"{self.file}:{line}"):
            if inside:
                body = parse(f"x = {piece}", str(self.file), line)
                result += self._text(self(parts(parts(body)[0])[1]), body)
            else:
                result += piece
        return result

    def _tuple(self, node: Node) -> list[Value]:
        return [self(part) for part in parts(node)]

    def _object(self, node: Node) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for element in parts(node):
            key, value = parts(element)
            found[self._key(parts(key)[0])] = self(value)
        return found

    def _key(self, node: Node) -> str:
        inner = parts(node)
        if node.data == "keyword" or (
            node.data == "expr_term" and len(node.children) == 1 and inner and inner[0].data == "identifier"
        ):
            return word(node if node.data == "keyword" else inner[0])
        return self._text(self(node), node)

    def _conditional(self, node: Node) -> Value:
        condition, yes, no = parts(node)
        return self(yes) if self._truth(self(condition), condition) else self(no)

    def _truth(self, value: Value, node: Node) -> bool:
        if value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise UsageError(f"{_kind(value)} is neither true nor false", where=self.where(node), do="Compare it.")
        return value

    def _unary_op(self, node: Node) -> Value:
        value = self(parts(node)[0])
        if str(tokens(node)[0]) == "!":
            return not self._truth(value, node)
        return -self._number(value, node)

    def _number(self, value: Value, node: Node) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UsageError(
                f"{_kind(value)} is not a number", where=self.where(node), do="Use format or join for texts."
            )
        return value

    def _binary_op(self, node: Node) -> Value:
        first, term = parts(node)
        sign, second = parts(term)
        name, left = str(tokens(sign)[0]), self(first)
        if name in ("&&", "||"):
            known = self._truth(left, first)
            return known if known == (name == "||") else self._truth(self(second), second)
        right = self(second)
        if name in ("==", "!="):
            same = left == right and isinstance(left, bool) == isinstance(right, bool)
            return same == (name == "==")
        try:
            value = _OPERATORS[name](self._number(left, first), self._number(right, second))
        except ZeroDivisionError as error:
            raise UsageError("Division by zero", where=self.where(node), do="Change the divisor.") from error
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _get_attr_expr_term(self, node: Node) -> Value:
        base, access = parts(node)
        return self._access(self(base), access)

    def _index_expr_term(self, node: Node) -> Value:
        return self._get_attr_expr_term(node)

    def _attr_splat_expr_term(self, node: Node) -> list[Value]:
        base, splat = parts(node)
        value = self(base)
        found = []
        for each in value if isinstance(value, list) else [] if value is None else [value]:
            for access in parts(splat):
                each = self._access(each, access)
            found.append(each)
        return found

    _full_splat_expr_term = _attr_splat_expr_term

    def _access(self, value: Value, access: Node) -> Value:
        if access.data == "get_attr":
            key: Value = word(parts(access)[0])
        elif access.data == "short_index":
            key = int(tokens(access)[-1])
        else:
            key = self(parts(access)[0])
        if isinstance(value, Namespace):
            return value.attribute(str(key), self.where(access))
        if isinstance(value, dict) and as_text(key) in value:
            return value[as_text(key)]
        if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            return value[key]
        has = f"It has: {', '.join(value)}." if isinstance(value, dict) else f"This is {_kind(value).lower()}."
        raise UsageError(f"There is no {key!r} here", where=self.where(access), why=has, do="Use lookup or try.")

    def _function_call(self, node: Node) -> Value:
        names = [part for part in parts(node) if part.data == "identifier"]
        name = "::".join(word(part) for part in names)
        check_function(name, self.where(node))
        arguments = next((part for part in parts(node) if part.data == "arguments"), None)
        given = parts(arguments) if arguments is not None else []
        if name in ("try", "can"):
            return self._attempt(name, given, node)
        values = [self(each) for each in given]
        if arguments is not None and "..." in tokens(arguments):
            values[-1:] = values[-1]
        try:
            return FUNCTIONS[name](self.folder, *values)
        except HclValueError as error:
            raise UsageError(f"{name}: {error}", where=self.where(node), do="Change the arguments.") from error
        except OSError as error:
            why = f"{error.filename or ''}: {error.strerror or error}"
            raise UsageError(
                f"{name} fails", where=self.where(node), why=why, do="Check the path; it is relative to this file."
            ) from error
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise UsageError(
                f"{name} does not take these arguments", where=self.where(node), why=str(error), do="Change them."
            ) from error

    def _attempt(self, name: str, given: list[Node], node: Node) -> Value:
        """`try` and `can`, the only functions whose arguments may fail."""
        failure: UsageError | None = None
        for each in given:
            try:
                value = self(each)
            except UsageError as error:
                failure = error
            else:
                return True if name == "can" else value
        if name == "can":
            return False
        raise failure or UsageError("try needs an argument", where=self.where(node), do="Give it one.")

    def _for_tuple_expr(self, node: Node) -> list[Value]:
        intro, value, *condition = parts(node)
        return [inner(value) for inner in self._loop(intro, condition)]

    def _for_object_expr(self, node: Node) -> dict[str, Value]:
        intro, key, value, *condition = parts(node)
        grouped = "..." in tokens(node)
        found: dict[str, Value] = {}
        for inner in self._loop(intro, condition):
            name = inner._text(inner(key), key)
            if grouped:
                found.setdefault(name, []).append(inner(value))
            elif name in found:
                raise UsageError(f"The key {name!r} comes twice", where=self.where(node), do="Group them with `...`.")
            else:
                found[name] = inner(value)
        return found

    def _loop(self, intro: Node, condition: list[Node]) -> Iterator[Evaluator]:
        *names, collection = parts(intro)
        value = self(collection)
        if isinstance(value, dict):
            items: list[tuple[Value, Value]] = sorted(value.items())
        elif isinstance(value, list):
            items = list(enumerate(value))
        else:
            raise UsageError("A for needs a list or a map", where=self.where(intro), do="Use tolist or split.")
        for key, item in items:
            bound = (key, item) if len(names) == 2 else (item,)
            inner = self.with_names(**{word(name): each for name, each in zip(names, bound, strict=True)})
            if not condition or self._truth(inner(parts(condition[0])[0]), condition[0]):
                yield inner


def _kind(value: Value) -> str:
    """What a value is, without showing it: it may be secret."""
    kinds = {bool: "A truth value", str: "A text", list: "A list", dict: "A map", type(None): "null"}
    return kinds.get(type(value), "A number")


def check_function(name: str, where: str) -> None:
    """Refuses a function that is not known.

    Raises:
        UsageError: names the nearest one.
    """
    if name in FUNCTIONS:
        return
    from difflib import get_close_matches

    near = get_close_matches(name, FUNCTIONS, n=1, cutoff=0.6)
    do = f"Do you mean {near[0]}?" if near else f"Known are: {', '.join(sorted(FUNCTIONS))}."
    raise UsageError(f"The function {name} is not known", where=where, do=do)


def _interpolations(text: str, where: str) -> Iterator[tuple[str, bool]]:
    """Yields the pieces of a template, and whether each is the inside of `${...}`."""
    position = 0
    while (start := text.find("{", position)) > -1:
        mark = text[start - 1 : start] if start else ""
        if mark not in ("$", "%"):
            yield text[position : start + 1], False
            position = start + 1
        elif text[start - 2 : start] == mark * 2:
            yield text[position : start - 1] + "{", False
            position = start + 1
        elif mark == "%":
            raise UsageError("%{ directives are not understood", where=where, do="Write it with conditions and join.")
        else:
            yield text[position : start - 1], False
            position = _closing(text, start, where)
            yield text[start + 1 : position - 1], True
    yield text[position:], False


def _closing(text: str, start: int, where: str) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    raise UsageError("${ is not closed", where=where, do="Close it with }.")
