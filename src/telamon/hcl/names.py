"""What expressions refer to: variables, locals, data sources, containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from telamon.errors import UsageError
from telamon.hcl.data import Data
from telamon.hcl.functions import HclValueError, as_text
from telamon.hcl.policies import unknown
from telamon.hcl.tree import parts, tokens, word

if TYPE_CHECKING:
    from telamon.hcl.evaluate import Evaluator, Value
    from telamon.hcl.tree import Attribute, Block, Node

_TYPES = ("string", "number", "int", "bool", "list", "set", "map", "tuple", "object", "any")
_EVALUATING = object()


@dataclass
class Variables:
    """`var`: what is given on the command line, else the default.

    Args:
        blocks: by name.
        given: name -> the values of `--var`, in order.
        evaluate: for the defaults.
    """

    blocks: Mapping[str, Block]
    given: Mapping[str, tuple[str, ...]]
    evaluate: Evaluator

    def attribute(self, name: str, where: str) -> Value:
        """The value of a variable.

        Raises:
            UsageError: there is none of this name, or it has no value.
        """
        if name not in self.blocks:
            raise unknown("The variable", name, tuple(self.blocks), where)
        block = self.blocks[name]
        if name in self.given:
            return self._converted(name, block.attributes.get("type"), self.given[name])
        if "default" in block.attributes:
            return self.evaluate(block.attributes["default"].expression)
        raise UsageError(
            f"The variable {name} has no value",
            where=f"{self.evaluate.file}:{block.line}",
            do=f"Give --var {name}=..., or add a default.",
        )

    def _converted(self, name: str, type: Attribute | None, texts: tuple[str, ...]) -> Value:
        outer, inner = _type(type.expression) if type else ("string", "")
        if outer in ("list", "set", "tuple"):
            values = [each.strip() for text in texts for each in text.split(",")]
            return [_scalar(name, inner, value) for value in values]
        if outer in ("map", "object"):
            raise UsageError(
                f"The variable {name} is a {outer}, which --var cannot give", do="Give it a default in atlas.hcl."
            )
        if len(texts) > 1:
            raise UsageError(f"The variable {name} is given {len(texts)} times", do=f"It is a {outer}: give it once.")
        return _scalar(name, outer, texts[0])


def check_variable(block: Block, evaluate: Evaluator) -> None:
    """Refuses a variable's attributes and types that are not understood.

    Raises:
        UsageError: says which.
    """
    where = f"{evaluate.file}:{block.line}"
    if len(block.labels) != 1:
        raise UsageError("A variable has one name", where=where, do='Write variable "name" { ... }.')
    known = ("type", "default", "description")
    for attribute in block.attributes.values():
        if attribute.name not in known:
            raise unknown("The attribute", attribute.name, known, f"{evaluate.file}:{attribute.line}")
    for inner in block.blocks:
        raise unknown("The block", inner.type, (), f"{evaluate.file}:{inner.line}")
    if "type" in block.attributes:
        outer, _ = _type(block.attributes["type"].expression)
        if outer not in _TYPES:
            raise unknown("The type", outer, _TYPES, f"{evaluate.file}:{block.attributes['type'].line}")


def _type(node: Node) -> tuple[str, str]:
    """(`list`, `string`) for `list(string)`, and (`string`, "") for `string`."""
    while node.data == "expr_term":
        node = parts(node)[0]
    if node.data == "function_call":
        name, *arguments = parts(node)
        return word(name), next((_type(each)[0] for argument in arguments for each in parts(argument)), "")
    return (word(node), "") if tokens(node) else ("", "")


def _scalar(name: str, type: str, text: str) -> Value:
    if type == "bool":
        if text not in ("true", "false"):
            raise UsageError(f"--var {name}: it is true or false", do=f"Give --var {name}=true.")
        return text == "true"
    if type in ("number", "int"):
        try:
            return int(text) if text.removeprefix("-").isdecimal() else float(text)
        except ValueError as error:
            raise UsageError(f"--var {name}: it is a number", do=f"Give --var {name}=1.") from error
    return text


@dataclass
class Locals:
    """`local`: evaluated once, when first referred to.

    Args:
        attributes: by name.
        evaluate: set once all names are known.
    """

    attributes: Mapping[str, Attribute]
    evaluate: Evaluator
    _values: dict[str, Value] = field(default_factory=dict)

    def attribute(self, name: str, where: str) -> Value:
        """The value of a local.

        Raises:
            UsageError: there is none of this name, or it refers to itself.
        """
        if name not in self.attributes:
            raise unknown("The local", name, tuple(self.attributes), where)
        if self._values.get(name) is _EVALUATING:
            raise UsageError(f"The local {name} refers to itself", where=where, do="Break the circle.")
        if name not in self._values:
            self._values[name] = _EVALUATING
            try:
                self._values[name] = self.evaluate(self.attributes[name].expression)
            finally:
                if self._values[name] is _EVALUATING:
                    del self._values[name]
        return self._values[name]


@dataclass
class DataSources:
    """`data`, or `data.KIND` where `kind` is set: each is evaluated once, when first referred to."""

    blocks: Mapping[tuple[str, str], Block]
    evaluate: Evaluator
    run_in: Path
    kind: str = ""
    _values: dict[tuple[str, str], Value] = field(default_factory=dict)

    def attribute(self, name: str, where: str) -> Value:
        """`data.KIND`, or the value of `data.KIND.NAME`.

        Raises:
            TelamonError: there is none, or it cannot be had.
        """
        if not self.kind:
            if name not in {kind for kind, _ in self.blocks}:
                raise unknown("The data source", name, tuple({kind for kind, _ in self.blocks}), where)
            return DataSources(self.blocks, self.evaluate, self.run_in, name, self._values)
        key = (self.kind, name)
        if key not in self.blocks:
            raise unknown(
                f"data.{self.kind}", name, tuple(each for kind, each in self.blocks if kind == self.kind), where
            )
        if self._values.get(key) is _EVALUATING:
            raise UsageError(f"data.{self.kind}.{name} refers to itself", where=where, do="Break the circle.")
        if key not in self._values:
            self._values[key] = _EVALUATING
            try:
                self._values[key] = Data(self.kind, name, self.blocks[key], self.evaluate, self.run_in).value()
            finally:
                if self._values[key] is _EVALUATING:
                    del self._values[key]
        return self._values[key]


def container(block: Block, evaluate: Evaluator) -> dict[str, Value]:
    """`docker.postgres.NAME`: the URL of a dev server in a container.

    Raises:
        UsageError: something in the block is not understood.
    """
    known = ("image", "schema", "database")
    for attribute in block.attributes.values():
        if attribute.name not in known:
            raise unknown("The attribute", attribute.name, known, f"{evaluate.file}:{attribute.line}")
    for inner in block.blocks:
        raise UsageError(
            f"The block {inner.type} of docker is not understood",
            where=f"{evaluate.file}:{inner.line}",
            do="Build the image beforehand, and name it in image.",
        )
    given = {name: evaluate(attribute.expression) for name, attribute in block.attributes.items()}
    try:
        image, schema = as_text(given["image"]), given.get("schema", "")
        path = f"{image}/{as_text(given.get('database', 'dev'))}"
    except (KeyError, HclValueError) as error:
        raise UsageError(
            "docker needs an image", where=f"{evaluate.file}:{block.line}", do='Write image = "postgres:16".'
        ) from error
    query = f"?search_path={quote(as_text(schema))}" if schema else ""
    return {"url": f"docker+postgres://_/{path}{query}"}
