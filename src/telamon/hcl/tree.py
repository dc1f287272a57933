"""The blocks and attributes of an HCL file, with their lines. The grammar is python-hcl2's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from telamon.errors import UsageError

if TYPE_CHECKING:
    from lark import Token, Tree

    Node: TypeAlias = "Tree[Token]"

_NOISE = "new_line_or_comment"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = expression`.

    Args:
        name: as written.
        expression: the tree of what stands right of the equals sign.
        line: where it stands.
    """

    name: str
    expression: Node
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" { ... }`; the file itself is a block without type.

    Args:
        type: the word before the labels.
        labels: quoted or not.
        attributes: by name.
        blocks: inside it, in order.
        line: where it begins.
    """

    type: str
    labels: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    line: int

    def all(self, type: str) -> tuple[Block, ...]:
        """The blocks of a type."""
        return tuple(block for block in self.blocks if block.type == type)

    def __iter__(self) -> Iterator[Block]:
        """Itself and every block in it, at any depth."""
        yield self
        for block in self.blocks:
            yield from block


def read_file(file: Path) -> Block:
    """Reads an HCL file.

    Raises:
        UsageError: it cannot be read, or is not HCL; says where.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The configuration {file} cannot be read", why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", why=str(error), do="Save it as UTF-8.") from error
    return _block("", (), parse(text, str(file)), 1, file)


def parse(text: str, where: str, line: int = 1) -> Node:
    """Returns the tree of a text's body.

    Args:
        where: the file, for messages.
        line: the line on which the text begins.

    Raises:
        UsageError: it is not HCL.
    """
    from hcl2.parser import parser
    from lark.exceptions import UnexpectedInput

    try:
        start: Node = parser().parse(text.rstrip("\n") + "\n")
    except UnexpectedInput as error:
        at = line + max(error.line, 1) - 1 if isinstance(error.line, int) else line
        raise UsageError(
            "This is not HCL", where=f"{where}:{at}", why=error.get_context(text).rstrip(), do="Correct this line."
        ) from error
    body: Node = next(iter(parts(start)))
    return body


def parts(node: Node) -> list[Node]:
    """The trees below a node, without line ends and comments."""
    return [child for child in node.children if not isinstance(child, str) and child.data != _NOISE]


def tokens(node: Node) -> list[Token]:
    """The tokens directly below a node."""
    return [child for child in node.children if isinstance(child, str)]


def line_of(node: Node) -> int:
    """The line on which a node begins; 0 for an empty one."""
    return int(getattr(node.meta, "line", 0))


def word(node: Node) -> str:
    """The text of an identifier, keyword, or string without interpolation."""
    if node.data == "string":
        return "".join(str(token) for part in parts(node) for token in tokens(part))
    return str(tokens(node)[0])


def _block(type: str, labels: Iterable[str], body: Node, line: int, file: Path) -> Block:
    attributes: dict[str, Attribute] = {}
    blocks = []
    for part in parts(body):
        inner = parts(part)
        if part.data == "attribute":
            name = word(inner[0])
            if name in attributes:
                raise UsageError(f"{name} is given twice", where=f"{file}:{line_of(part)}", do="Leave one of them.")
            attributes[name] = Attribute(name, inner[1], line_of(part))
        else:
            head = [word(each) for each in inner[:-1]]
            blocks.append(_block(head[0], head[1:], inner[-1], line_of(part), file))
    return Block(type, tuple(labels), attributes, tuple(blocks), line)
