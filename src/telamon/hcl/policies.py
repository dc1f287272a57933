"""What atlas.hcl says of diff, lint and formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telamon.errors import UsageError

if TYPE_CHECKING:
    from telamon.hcl.evaluate import Evaluator
    from telamon.hcl.tree import Attribute, Block
    from telamon.project import Env

SKIPS = ("schema", "table", "column", "index", "foreign_key", "view", "func", "proc", "trigger")
ANALYZERS = (
    "destructive",
    "data_depend",
    "incompatible",
    "condrop",
    "concurrent_index",
    "naming",
    "non_linear",
    "nestedtx",
    "ownership",
)
_NAMED = ("schema", "table", "column", "index", "foreign_key", "check")
_FORMATS = {
    "migrate": ("apply", "down", "lint", "status", "diff"),
    "schema": ("inspect", "apply", "diff", "clean", "push"),
}


@dataclass(frozen=True, slots=True)
class DiffPolicy:
    """The `diff` block.

    Args:
        skip: the changes that are not made: `drop_table`, `add_index`.
        concurrently: `create` and `drop`, of indexes on existing tables.
    """

    skip: tuple[str, ...] = ()
    concurrently: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Naming:
    """A pattern that names have to match.

    Args:
        of: what is named: `table`, or "" for everything.
        match: a regular expression.
        message: what is said of a name that does not match.
    """

    of: str
    match: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class LintPolicy:
    """The `lint` block, the one of the environment over the global one.

    Args:
        latest: how many of the last files are looked at; None if not said.
        git_base: the branch against which new files are found; "" if not said.
        errors: (analyzer, whether its findings are errors).
        naming: patterns.
        unused: the attributes that are read and not used.
    """

    latest: int | None = None
    git_base: str = ""
    errors: tuple[tuple[str, bool], ...] = ()
    naming: tuple[Naming, ...] = ()
    unused: tuple[Attribute, ...] = ()

    def table(self) -> dict[str, dict[str, str]]:
        """The same as `[lint]` of telamon.toml says it."""
        severity = {analyzer: "error" if wanted else "warning" for analyzer, wanted in self.errors}
        names = {of: each.match for each in self.naming for of in ([each.of] if each.of else _NAMED)}
        return {key: value for key, value in (("severity", severity), ("naming", names)) if value}


@dataclass(frozen=True, slots=True)
class AtlasSettings:
    """What atlas.hcl says beyond the keys of an environment.

    Args:
        diff: the diff policy.
        lint: the lint policy.
        formats: (command, template), as `("migrate apply", "{{ json . }}")`.
        extra: (name, value) of attributes that only `env://name` reads.
        notes: what is read and not used, in words, for people.
        targets: one environment for each key of `for_each`.
    """

    diff: DiffPolicy = field(default_factory=DiffPolicy)
    lint: LintPolicy = field(default_factory=LintPolicy)
    formats: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, Callable[[], Any]], ...] = ()
    notes: tuple[str, ...] = ()
    targets: tuple[Env, ...] = ()

    def format_of(self, command: str) -> str | None:
        """The template of a command; None if none is given."""
        return dict(self.formats).get(command)


def unknown(what: str, name: str, known: tuple[str, ...], where: str) -> UsageError:
    """The error of a name that is not understood."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    do = f"Do you mean {near[0]}?" if near else f"Known are: {', '.join(known)}." if known else "Take it out."
    return UsageError(f"{what} {name} is not understood here", where=where, do=do)


def check_block(block: Block, evaluate: Evaluator, attributes: tuple[str, ...], blocks: tuple[str, ...] = ()) -> None:
    """Refuses attributes and blocks that are not understood.

    Raises:
        UsageError: names the first one.
    """
    for attribute in block.attributes.values():
        if attribute.name not in attributes:
            raise unknown("The attribute", attribute.name, attributes, f"{evaluate.file}:{attribute.line}")
    for inner in block.blocks:
        if inner.type not in blocks:
            raise unknown("The block", inner.type, blocks, f"{evaluate.file}:{inner.line}")


def _truth(attribute: Attribute, evaluate: Evaluator) -> bool:
    value = evaluate(attribute.expression)
    if not isinstance(value, bool):
        raise UsageError(f"{attribute.name} is to be true or false", where=f"{evaluate.file}:{attribute.line}")
    return value


def read_diff(blocks: tuple[Block, ...], evaluate: Evaluator) -> DiffPolicy:
    """Reads `diff` blocks, later ones over earlier ones.

    Raises:
        UsageError: something is not understood, or cannot be done.
    """
    skip: dict[str, bool] = {}
    concurrent: dict[str, bool] = {}
    for block in blocks:
        check_block(block, evaluate, (), ("skip", "concurrent_index"))
        for inner in block.all("skip"):
            known = tuple(f"{verb}_{kind}" for verb in ("add", "drop") for kind in SKIPS)
            check_block(
                inner, evaluate, (*known, *(f"modify_{kind}" for kind in SKIPS), "rename_table", "rename_constraint")
            )
            for attribute in inner.attributes.values():
                wanted = _truth(attribute, evaluate)
                if wanted and attribute.name not in known:
                    raise UsageError(
                        f"diff.skip cannot leave out {attribute.name}",
                        where=f"{evaluate.file}:{attribute.line}",
                        do="Leave out add_* and drop_* only; what is not to be compared at all goes into exclude.",
                    )
                skip[attribute.name] = wanted
        for inner in block.all("concurrent_index"):
            check_block(inner, evaluate, ("create", "add", "drop"))
            for attribute in inner.attributes.values():
                concurrent["drop" if attribute.name == "drop" else "create"] = _truth(attribute, evaluate)
    return DiffPolicy(
        tuple(name for name, wanted in skip.items() if wanted),
        frozenset(verb for verb, wanted in concurrent.items() if wanted),
    )


def read_lint(blocks: tuple[Block, ...], evaluate: Evaluator) -> LintPolicy:
    """Reads `lint` blocks, later ones over earlier ones, attribute by attribute.

    Raises:
        UsageError: something is not understood.
    """
    own: dict[str, Any] = {}
    errors: dict[str, bool] = {}
    naming: dict[str, Naming] = {}
    unused: list[Attribute] = []
    for block in blocks:
        check_block(block, evaluate, ("format", "log", "latest", "review"), ("git", *ANALYZERS))
        taken = [block.attributes]
        for inner in block.blocks:
            if inner.type == "git":
                check_block(inner, evaluate, ("base", "dir"))
                taken.append(inner.attributes)
                continue
            if inner.type == "naming":
                naming |= {each.of: each for each in _naming(inner, evaluate)}
            else:
                check_block(inner, evaluate, ("error", "force", "check_create", "check_drop", "check_txmode"))
                unused += [each for name, each in inner.attributes.items() if name != "error"]
            if "error" in inner.attributes:
                errors[inner.type] = _truth(inner.attributes["error"], evaluate)
        for name, attribute in (pair for attributes in taken for pair in attributes.items()):
            if name in ("latest", "base"):
                own[name] = evaluate(attribute.expression)
            else:
                unused.append(attribute)
    return LintPolicy(
        own.get("latest"), own.get("base", ""), tuple(errors.items()), tuple(naming.values()), tuple(unused)
    )


def _naming(block: Block, evaluate: Evaluator) -> list[Naming]:
    check_block(block, evaluate, ("match", "message", "error"), _NAMED)
    found = []
    for of, each in (("", block), *((inner.type, inner) for inner in block.blocks)):
        check_block(each, evaluate, ("match", "message", "error"), _NAMED if each is block else ())
        given = {name: evaluate(attribute.expression) for name, attribute in each.attributes.items()}
        if "match" in given:
            found.append(Naming(of, given["match"], given.get("message", "")))
    return found


def read_formats(blocks: tuple[Block, ...], evaluate: Evaluator) -> tuple[tuple[str, str], ...]:
    """Reads `format` blocks: (command, template).

    Raises:
        UsageError: something is not understood.
    """
    found: dict[str, str] = {}
    for block in blocks:
        check_block(block, evaluate, (), tuple(_FORMATS))
        for inner in block.blocks:
            check_block(inner, evaluate, _FORMATS[inner.type])
            for attribute in inner.attributes.values():
                found[f"{inner.type} {attribute.name}"] = str(evaluate(attribute.expression))
    return tuple(found.items())
