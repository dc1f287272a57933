"""The data sources of atlas.hcl: evaluated when something refers to them, and only then."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from telamon.errors import TelamonError, UsageError
from telamon.sources.programs import relay, run

if TYPE_CHECKING:
    from telamon.hcl.evaluate import Evaluator, Value
    from telamon.hcl.tree import Block

_REFUSED = {
    "hcl_schema": "HCL schema files are not read. Write the schema as SQL once, with "
    "`telamon schema inspect -u postgres://... > schema.sql`, and use src = \"file://schema.sql\".",
    "remote_dir": "There is no registry: keep the directory in the repository, dir = \"file://migrations\".",
    "remote_schema": "There is no registry: keep the schema in the repository, src = \"file://schema.sql\".",
    "aws_rds_token": "Take it from a program: data \"external\" with `aws rds generate-db-auth-token`.",
    "gcp_cloudsql_token": "Take it from a program: data \"external\" with `gcloud sql generate-login-token`.",
}  # fmt: skip
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "external_schema": ("program", "working_dir"),
    "external": ("program", "working_dir"),
    "composite_schema": (),
    "sql": ("url", "query", "args"),
    "runtimevar": ("url",),
    "template_dir": ("path", "vars"),
}
"""The attributes of each data source that is read."""


class Composite(str):
    """The URL of a `composite_schema`: its parts, which are merged.

    Args:
        parts: (schema, URL); the schema is empty where none is named.
    """

    __slots__ = ("parts",)
    parts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, parts: tuple[tuple[str, str], ...]) -> Composite:
        """The composite of some parts."""
        made = cls(", ".join(url for _, url in parts))
        made.parts = parts
        return made

    def sources(self) -> list[str]:
        """As specs of `telamon.sources.open_source`."""
        return [
            url if schema in ("", "public") else f"within://{quote(schema, safe='')}/{url}"
            for schema, url in self.parts
        ]


@dataclass(frozen=True, slots=True)
class Data:
    """One data block.

    Args:
        kind: the first label.
        name: the second label.
        block: its content.
        evaluate: for its expressions.
        run_in: the folder in which programs run, and to which URLs are relative.
    """

    kind: str
    name: str
    block: Block
    evaluate: Evaluator
    run_in: Path

    @property
    def where(self) -> str:
        """file:line."""
        return f"{self.evaluate.file}:{self.block.line}"

    def value(self) -> Value:
        """What `data.KIND.NAME` is.

        Raises:
            TelamonError: it cannot be had; says where and why.
        """
        return _READERS[self.kind](self)

    def given(self, name: str, default: Value = None, *, required: bool = False) -> Value:
        """An attribute's value.

        Raises:
            UsageError: it is required and not there.
        """
        if name in self.block.attributes:
            return self.evaluate(self.block.attributes[name].expression)
        if required:
            raise UsageError(f'data "{self.kind}" "{self.name}" has no {name}', where=self.where, do=f"Add {name}.")
        return default


def check_data(block: Block, file: Path) -> None:
    """Refuses data sources, and attributes of them, that are not read.

    Raises:
        UsageError: says what to do instead.
    """
    where = f"{file}:{block.line}"
    if len(block.labels) != 2:
        raise UsageError("A data block has two labels", where=where, do='Write data "external_schema" "name" { ... }.')
    kind = block.labels[0]
    if kind not in ARGUMENTS:
        do = _REFUSED.get(kind, f"Known are: {', '.join(ARGUMENTS)}.")
        raise UsageError(f'data "{kind}" is not read', where=where, do=do)
    for attribute in block.attributes.values():
        if attribute.name not in ARGUMENTS[kind]:
            known = ", ".join(ARGUMENTS[kind]) or "schema blocks only"
            raise UsageError(
                f'{attribute.name} is not an attribute of data "{kind}"',
                where=f"{file}:{attribute.line}",
                do=f"Known: {known}.",
            )
    for inner in block.blocks:
        if kind != "composite_schema" or inner.type != "schema" or set(inner.attributes) != {"url"} or inner.blocks:
            raise UsageError(
                f'The block {inner.type} is not understood in data "{kind}"',
                where=f"{file}:{inner.line}",
                do='A composite_schema has blocks schema "name" { url = ... }; others have none.',
            )


def _program(data: Data) -> tuple[list[str], Path]:
    program = data.given("program", required=True)
    if not isinstance(program, list) or not program or not all(isinstance(part, str) for part in program):
        raise UsageError("program is to be a list of texts", where=data.where, do='Write ["python", "schema.py"].')
    return program, data.run_in / (data.given("working_dir") or "")


def program_url(program: list[str], folder: Path, base: Path) -> str:
    """The source that runs a program: `exec://`, which runs in `base`.

    Args:
        folder: where the program is to run; a shell changes into it where that is not `base`.
    """
    if folder.resolve() != base.resolve():
        program = ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), *program]
    return f"exec://{shlex.join(program)}"


def _external_schema(data: Data) -> Value:
    program, folder = _program(data)
    return {"url": program_url(program, folder, data.run_in)}


def _composite_schema(data: Data) -> Value:
    parts: list[tuple[str, str]] = []
    for block in data.block.blocks:
        url, schema = data.evaluate(block.attributes["url"].expression), "".join(block.labels)
        parts += [(own or schema, each) for own, each in url.parts] if isinstance(url, Composite) else [(schema, url)]
    if not parts:
        raise UsageError("A composite_schema needs a part", where=data.where, do='Add schema "public" { url = ... }.')
    return {"url": Composite.of(tuple(parts))}


def _external(data: Data) -> str:
    program, folder = _program(data)
    printed = run(program, folder, label=data.where, name=program[0])
    if printed.code:
        raise TelamonError(
            f"The program {program[0]} failed with {printed.code}",
            where=data.where,
            why=printed.last_words,
            do=f"Run it by hand: {shlex.join(program)}",
        )
    relay(printed.err)
    return printed.out


def _runtimevar(data: Data) -> str:
    url = str(data.given("url", required=True))
    parts = urlsplit(url)
    given = parse_qs(parts.query)
    if unknown := set(given) - {"decoder", "val", "timeout"} | set(given.get("decoder", [])) - {"string"}:
        raise UsageError(
            f"{', '.join(sorted(unknown))} is not understood in a runtimevar",
            where=data.where,
            do="Use decoder=string.",
        )
    if parts.scheme == "constant":
        return given.get("val", [""])[0]
    name = unquote(parts.netloc + parts.path)
    if parts.scheme == "env":
        if name not in os.environ:
            raise UsageError(f"The variable {name} is not set", where=data.where, do=f"Set {name}.")
        return os.environ[name]
    if parts.scheme == "file":
        try:
            return (data.run_in / name).read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{name} cannot be read", where=data.where, why=error.strerror or str(error), do="Check the path."
            ) from error
    raise UsageError(
        f"{parts.scheme}:// is not read by runtimevar",
        where=data.where,
        do='Use file://, env:// or constant://, or the provider\'s own program in data "external".',
    )


def _sql(data: Data) -> Value:
    import psycopg

    from telamon.apply.target import parse

    url, query = str(data.given("url", required=True)), str(data.given("query", required=True))
    try:
        with psycopg.connect(parse(url).conninfo, connect_timeout=10) as connection:
            connection.read_only = True
            cursor = psycopg.RawCursor(connection)
            rows = cursor.execute(query.encode(), data.given("args") or None).fetchall()
    except psycopg.Error as error:
        raise TelamonError(
            f'The query of data "sql" "{data.name}" fails',
            where=data.where,
            why=str(error).strip(),
            do="Run it in psql.",
        ) from error
    if rows and len(rows[0]) != 1:
        raise UsageError(
            "A query of a data source returns one column", where=data.where, do="Select a single expression."
        )
    values: list[Any] = [row[0] if isinstance(row[0], str | bool | int | float) else str(row[0]) for row in rows]
    return {"count": len(values), "values": values, "value": values[0] if values else None}


def _template_dir(data: Data) -> Value:
    from telamon.hcl.templates import render_directory

    folder = data.run_in / str(data.given("path", required=True))
    variables = data.given("vars") or {}
    return {"url": f"file://{render_directory(folder, variables)}"}


_READERS: Mapping[str, Callable[[Data], Value]] = {
    "external_schema": _external_schema,
    "external": _external,
    "composite_schema": _composite_schema,
    "sql": _sql,
    "runtimevar": _runtimevar,
    "template_dir": _template_dir,
}
