"""The environments of an atlas.hcl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from telamon.errors import UsageError
from telamon.hcl.data import Composite, check_data
from telamon.hcl.evaluate import Evaluator, check_function
from telamon.hcl.exclude import translated
from telamon.hcl.functions import HclValueError, as_text
from telamon.hcl.names import DataSources, Locals, Variables, check_variable, container
from telamon.hcl.policies import AtlasSettings, check_block, read_diff, read_formats, read_lint, unknown
from telamon.hcl.tree import Attribute, Block, line_of, parts, read_file, word
from telamon.project import Env

if TYPE_CHECKING:
    from telamon.hcl.evaluate import Value
    from telamon.hcl.tree import Node

_WORDS = ("LINEAR", "LINEAR_SKIP", "NON_LINEAR", "ALWAYS", "WARNING", "ERROR", "atlas", "flyway", "liquibase", "goose",
          "dbmate", "golang-migrate")  # fmt: skip
_TOP = ("variable", "locals", "data", "env", "lint", "diff", "docker", "atlas", "test")
_REFUSED_TOP = {
    "hook": "Put the statements into the migration files.",
    "exporter": "Print with `telamon schema inspect` instead.",
    "script": "Run the script beside telamon.",
    "deployment": "Deploy to several targets with for_each.",
    "permission": "Write GRANT into the schema: privileges are part of it.",
    "rule": "Write rules for `telamon migrate lint`.",
}
_ENV = ("name", "for_each", "url", "dev", "src", "schemas", "exclude", "include", "tx_mode", "log")
_ENV_BLOCKS = ("migration", "diff", "lint", "format", "schema", "test")
_MIGRATION = ("dir", "format", "exclude", "baseline", "exec_order", "lock_timeout", "revisions_schema", "tx_mode")


class LazyValues(Mapping[str, Any]):
    """The keys of an environment, each evaluated when it is first read: what is not used may be unset.

    Args:
        readers: by key.
    """

    def __init__(self, readers: Mapping[str, Callable[[], Value]]) -> None:
        self._readers = readers
        self._values: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        if key not in self._values:
            self._values[key] = self._readers[key]()
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


@dataclass(frozen=True)
class AtlasFile:
    """An atlas.hcl that was read and checked.

    Args:
        path: for messages.
        root: its blocks.
        evaluate: with `var`, `local`, `data` and the rest.
        base: the folder to which URLs are relative, and in which programs run.
    """

    path: Path
    root: Block
    evaluate: Evaluator
    base: Path

    def named(self, name: str) -> list[Block]:
        """The env blocks of a name: those with the label, else those without whose `name` is it."""
        labelled = [block for block in self.root.all("env") if name in block.labels]
        if labelled:
            return labelled
        free = [block for block in self.root.all("env") if not block.labels and "name" in block.attributes]
        return [block for block in free if self.evaluate(block.attributes["name"].expression) == name]


def load_atlas(file: Path, env: str | None, variables: Mapping[str, tuple[str, ...]], base: Path) -> Env:
    """Returns an environment of an atlas.hcl; without a name, one that has the global policies only, as in Atlas.

    With `for_each` its `atlas.targets` hold one environment for each key, and it is itself the only one, or has no URL.

    Args:
        variables: name -> the values of `--var`.
        base: the folder to which URLs are relative, and in which programs run.

    Raises:
        UsageError: the file is not HCL, or has something that is not understood; the environment is not there.
    """
    read = _read(file, env or "", variables, base)
    if env is None:
        return Env("local", str(base), file, {}, {}, _settings(read, None, read.evaluate, {}))
    blocks = read.named(env)
    if not blocks:
        known = [label for block in read.root.all("env") for label in block.labels]
        raise UsageError(
            f"{file} has no environment {env}",
            why=f"It has: {', '.join(known)}." if known else "",
            do=f'Name one with --env, or add env "{env}" {{ ... }}.',
        )
    each = [found for block in blocks for found in _expanded(read, block, env)]
    if len(each) == 1 and "for_each" not in blocks[0].attributes:
        return each[0]
    if not each:
        raise UsageError(f"for_each of {env} gives no target", where=f"{file}:{blocks[0].line}", do="Check its value.")
    shared = dict.fromkeys(each[0].values)
    values: dict[str, Callable[[], Value]] = {
        key: partial(each[0].values.__getitem__, key) for key in shared if key != "url" or len(each) == 1
    }
    values["targets"] = lambda: [target.url for target in each]
    assert each[0].atlas is not None
    return replace(each[0], name=env, values=LazyValues(values), atlas=replace(each[0].atlas, targets=tuple(each)))


def _read(file: Path, env: str, variables: Mapping[str, tuple[str, ...]], base: Path) -> AtlasFile:
    root = read_file(file)
    plain = Evaluator(file, file.absolute().parent, {name: name for name in _WORDS})
    _check(root, plain)
    declared = {block.labels[0]: block for block in root.all("variable")}
    for name in variables:
        if name not in declared:
            raise unknown("--var: the variable", name, tuple(declared), str(file))
    locals_ = Locals({name: each for block in root.all("locals") for name, each in block.attributes.items()}, plain)
    known = {(block.labels[0], block.labels[1]): block for block in root.all("data")}
    data = DataSources(known, plain, base)
    var = Variables(declared, variables, plain)
    containers: dict[str, Value] = {}
    for block in root.all("docker"):
        containers.setdefault(block.labels[0], {})[block.labels[-1]] = container(block, plain)
    evaluate = plain.with_names(var=var, local=locals_, data=data, docker=containers, atlas={"env": env})
    var.evaluate = locals_.evaluate = data.evaluate = evaluate
    return AtlasFile(file, root, evaluate, base)


def _check(root: Block, evaluate: Evaluator) -> None:
    """Refuses what is not understood, wherever it stands, before anything is evaluated."""
    if root.attributes:
        first = next(iter(root.attributes.values()))
        raise unknown("The attribute", first.name, (), f"{evaluate.file}:{first.line}")
    for block in root.blocks:
        where = f"{evaluate.file}:{block.line}"
        if block.type in _REFUSED_TOP:
            raise UsageError(f"The block {block.type} is not read", where=where, do=_REFUSED_TOP[block.type])
        if block.type not in _TOP:
            raise unknown("The block", block.type, _TOP, where)
        if block.type == "variable":
            check_variable(block, evaluate)
        elif block.type == "data":
            check_data(block, evaluate.file)
        elif block.type == "docker" and (len(block.labels) != 2 or block.labels[0] != "postgres"):
            raise UsageError('Only docker "postgres" is read', where=where, do="Telamon works with PostgreSQL.")
        elif block.type == "env":
            _check_env(block, evaluate)
    for block in root:
        for attribute in block.attributes.values():
            if (block.type, attribute.name) != ("variable", "type"):
                _check_expression(attribute.expression, evaluate)


def _check_env(block: Block, evaluate: Evaluator) -> None:
    for attribute in block.attributes.values():
        if attribute.name not in _ENV:
            refusal = unknown("The attribute", attribute.name, _ENV, f"{evaluate.file}:{attribute.line}")
            if refusal.do.startswith("Do you mean"):  # else it is one of the user's own, for env://
                raise refusal
    if "include" in block.attributes:
        where = f"{evaluate.file}:{block.attributes['include'].line}"
        raise UsageError("include is not read", where=where, do="Name schemas, and leave out the rest with exclude.")
    for inner in block.blocks:
        if inner.type not in _ENV_BLOCKS:
            raise unknown("The block", inner.type, _ENV_BLOCKS, f"{evaluate.file}:{inner.line}")
        if inner.type == "migration":
            check_block(inner, evaluate, _MIGRATION, ("repo",))
        elif inner.type == "schema":
            check_block(inner, evaluate, ("src",), ("repo", "mode"))


def _check_expression(node: Node, evaluate: Evaluator) -> None:
    for call in node.iter_subtrees():
        if call.data == "function_call":
            name = "::".join(word(part) for part in parts(call) if part.data == "identifier")
            check_function(name, f"{evaluate.file}:{line_of(call)}")


def _expanded(read: AtlasFile, block: Block, name: str) -> Iterator[Env]:
    """The environments of a block: one, or with `for_each` one for each key."""
    if "for_each" not in block.attributes:
        yield _env(read, block, name, read.evaluate)
        return
    attribute = block.attributes["for_each"]
    value = read.evaluate(attribute.expression)
    if not isinstance(value, list | dict):
        where = f"{read.path}:{attribute.line}"
        raise UsageError("for_each is to be a set or a map", where=where, do="Write toset([...]).")
    items = value.items() if isinstance(value, dict) else [(each, each) for each in value]
    for key, each in items:
        evaluate = read.evaluate.with_names(each={"key": key, "value": each})
        yield _env(read, block, f"{name}[{key}]", evaluate)


def _env(read: AtlasFile, block: Block, name: str, evaluate: Evaluator) -> Env:
    migration = {key: each for inner in block.all("migration") for key, each in inner.attributes.items()}
    own = {key: each for key, each in block.attributes.items() if key not in ("name", "for_each", "log")}
    for inner in block.all("schema"):
        if "src" in inner.attributes:
            own["src"] = inner.attributes["src"]
    readers: dict[str, Callable[[], Value]] = {}
    lines: dict[str, int] = {}
    known = (
        *((key, own) for key in _ENV),
        *((key, migration) for key in _MIGRATION if key not in ("exclude", "format")),
    )
    for key, attributes in known:
        if key in attributes:
            readers[key] = partial(_key, evaluate, attributes[key], key)
            lines[key] = attributes[key].line
    if "format" in migration:
        _check_format(evaluate, migration["format"])
    excluded = [attributes["exclude"] for attributes in (own, migration) if "exclude" in attributes]
    if excluded:
        dev = own.get("dev")
        readers["exclude"] = lambda: [
            pattern
            for attribute in excluded
            for text in _list(evaluate, attribute)
            for pattern in translated(text, _bound(evaluate, dev), f"{evaluate.file}:{attribute.line}")
        ]
        lines["exclude"] = excluded[0].line
    extra = {key: each for key, each in own.items() if key not in _ENV}
    settings = _settings(read, block, evaluate, extra)
    if settings.lint.table():
        readers["lint"] = settings.lint.table
    return Env(name, str(read.base), read.path, LazyValues(readers), MappingProxyType(lines), settings)


def _key(evaluate: Evaluator, attribute: Attribute, key: str) -> Value:
    """The value of a key as `telamon.toml` would have it."""
    value = evaluate(attribute.expression)
    where = f"{evaluate.file}:{attribute.line}"
    if value is None:
        return None
    if key in ("src", "schemas"):
        return _list(evaluate, attribute)
    try:
        text = as_text(value)
    except HclValueError as error:
        raise UsageError(f"{key} is to be a text", where=where, why=str(error), do="Correct its value.") from error
    if key in ("exec_order", "tx_mode"):
        return text.lower().replace("_", "-")
    if key == "dir":
        from telamon.directory.directory import locate

        return locate(text)
    return text


def _list(evaluate: Evaluator, attribute: Attribute) -> list[str]:
    value = evaluate(attribute.expression)
    found: list[str] = []
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, str):
            where = f"{evaluate.file}:{attribute.line}"
            raise UsageError(f"{attribute.name} is to be a text or a list of texts", where=where, do="Correct it.")
        found += each.sources() if isinstance(each, Composite) else [each] if each else []
    for each in found if attribute.name == "src" else ():
        if each.partition("?")[0].endswith(".hcl"):
            raise UsageError(
                f"{each}: HCL schema files are not read",
                where=f"{evaluate.file}:{attribute.line}",
                do="Write the schema as SQL once: telamon schema inspect -u postgres://... > schema.sql",
            )
    return found


def _bound(evaluate: Evaluator, dev: Attribute | None) -> str:
    """The schema to which the dev URL is bound; "" for the whole database."""
    from urllib.parse import parse_qs, urlsplit

    value = evaluate(dev.expression) if dev else None
    return parse_qs(urlsplit(value).query).get("search_path", [""])[0] if isinstance(value, str) else ""


def _check_format(evaluate: Evaluator, attribute: Attribute) -> None:
    if (value := evaluate(attribute.expression)) != "atlas":
        where = f"{evaluate.file}:{attribute.line}"
        raise UsageError(f"Directories of {value} are not used as they are", where=where,
                         do="Convert it once: telamon migrate import --from 'file://...'.")  # fmt: skip


def _settings(
    read: AtlasFile, block: Block | None, evaluate: Evaluator, extra: Mapping[str, Attribute]
) -> AtlasSettings:
    own = block.blocks if block else ()
    diff = read_diff((*read.root.all("diff"), *(each for each in own if each.type == "diff")), evaluate)
    lint = read_lint((*read.root.all("lint"), *(each for each in own if each.type == "lint")), evaluate)
    notes = []
    if read.root.all("atlas"):
        notes.append(
            f"{read.path}:{read.root.all('atlas')[0].line}: atlas is not used: there is no account to log in to."
        )
    for each in (*read.root.all("test"), *(each for each in own if each.type == "test")):
        notes.append(f"{read.path}:{each.line}: test is not used.")
    for outer in own:
        for each in (inner for inner in outer.blocks if inner.type in ("repo", "mode")):
            notes.append(f"{read.path}:{each.line}: {each.type} is not used.")
    if block and "log" in block.attributes:
        notes.append(f"{read.path}:{block.attributes['log'].line}: log is not used; it is called format now.")
    notes += [f"{read.path}:{each.line}: {each.name} is not used." for each in lint.unused]
    for name, attribute in extra.items():
        notes.append(f"{read.path}:{attribute.line}: {name} is read by env://{name} only.")
    readers = tuple((name, partial(evaluate, attribute.expression)) for name, attribute in extra.items())
    formats = read_formats(tuple(each for each in own if each.type == "format"), evaluate)
    return AtlasSettings(diff, lint, formats, readers, tuple(notes))
