"""The pages of reference that are made from the code. `python -m tests.docs.reference` writes them."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from telamon import fleet, objects, project, pytest_plugin
from telamon.api import Project, apply, diff
from telamon.apply import ApplyReport, Options, Status
from telamon.apply.events import Event
from telamon.cli import ABSENT, main
from telamon.engine import Planned
from telamon.errors import TelamonError
from telamon.generate import Written
from telamon.kinds import KINDS
from telamon.lint import settings as lint_settings
from telamon.lint.page import page as rules
from telamon.plan import Plan
from telamon.project import Env

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_MADE = "<!-- Made from the code by tests/docs/reference.py; TELAMON_WRITE_DOCS=1 pytest tests/docs writes it anew. -->"
_LINT = {
    "grandfather": "a version: files before it are not judged",
    "rules": "Python files with rules of your own: each has a list `RULES` of `telamon.lint.rule.Rule`",
    "severity": "a table: a code, rule or group, and `error`, `warning`, `info`, `off` or `on`",
    "naming": f"a table: {', '.join(f'`{each}`' for each in lint_settings.NAMED)}, and the pattern of its names",
    "types": "a table: an unwanted type, and what to take instead",
    "ownership": "a table: `allow` and `deny`, patterns of the objects that migrations may and must not change",
    "path": "a list of tables: `files`, a pattern, and their `severity`; the last one that matches goes first",
    "sql": "a list of tables: `name`, `query`, `message`, `severity`; each new row of the query is a finding",
}
_SECTION = re.compile(r"^(Args|Returns|Raises|Yields):\s*$")
_ITEM = re.compile(r"^ {4}(\S[^:]*): (.*)$")


def pages() -> dict[str, str]:
    """The text of each page, by its file."""
    made = {
        "commands.md": commands,
        "configuration.md": configuration,
        "kinds.md": kinds,
        "exit-codes.md": exit_codes,
        "python.md": python,
    }
    return {name: "\n".join(lines()) + "\n" for name, lines in made.items()} | {"rules.md": rules()}


# Commands


def commands() -> Iterator[str]:
    """Every command with every option."""
    yield from ("# Commands", "", _MADE, "")
    yield from (
        "Data goes to stdout, everything else to stderr. Progress bars are shown on a terminal, plain lines elsewhere; "
        "`NO_COLOR` is respected. What ends a command other than well is on the page of [exit codes](exit-codes.md). "
        "Durations are written `10`, `500ms`, `10s`, `2m` or `1h`; sources as on [their page](sources.md).",
        "",
    )
    context = click.Context(main, info_name="telamon")
    for name in (*main.commands, *main.lazy):
        command = main.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            for each in command.list_commands(inner):
                found = command.get_command(inner, each)
                assert found
                yield from _command(found, click.Context(found, info_name=each, parent=inner))
        elif not command.hidden:
            yield from _command(command, click.Context(command, info_name=name, parent=context))
    yield from ("## Commands of Atlas's that are not there", "", "| command | instead |", "|---|---|")
    yield from (f"| `{name}` | {_cell(text)} |" for name, text in ABSENT.items())


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f"## {context.command_path}", "", "```", f"{context.command_path} {usage}", "```", "")
    yield from (_flowing(inspect.cleandoc(command.help or "")), "")
    options = [each for each in command.get_params(context) if isinstance(each, click.Option)]
    shown = [each for each in options if not each.hidden and "--help" not in each.opts]
    if shown:
        yield from ("| option | value | |", "|---|---|---|")
    for option in shown:
        text, default = _option_help(option, context)
        names = " ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
        value = _cell("" if option.is_flag else _metavar(option, context))
        said = f"{text} Default: {default}." if default else text
        yield f"| {names} | {f'`{value}`' if value else ''} | {_cell(said)} |"
    yield ""
    if hidden := [each for each in options if each.hidden]:
        yield "Taken for the sake of Atlas's command lines: " + "; ".join(
            f"`{each.opts[0]}` ({(each.help or '').rstrip('.')})" for each in hidden
        )
        yield ""


def _metavar(option: click.Option, context: click.Context) -> str:
    return option.make_metavar(context).strip("[]") if option.metavar is None else option.metavar


def _option_help(option: click.Option, context: click.Context) -> tuple[str, str]:
    """The help and the default, which some options have in their help."""
    text, _, written = (option.help or "").partition("  [default: ")
    extra = option.get_help_extra(context)
    default = written.rstrip("]") or str(extra.get("default", ""))
    bounds = f" Range: {extra['range']}." if "range" in extra else ""
    return " ".join(text.split()) + bounds, default


# Configuration


def configuration() -> Iterator[str]:
    """Every key of telamon.toml."""
    text = (Path(__file__).parent / "configuration.md").read_text()
    head, _, tail = text.partition("<!-- keys -->\n")
    yield from (head.replace("<!-- made -->", _MADE).rstrip("\n"), "", "| key | value | |", "|---|---|---|")
    for key in project._KEYS:
        found = inspect.getattr_static(Env, key)
        assert isinstance(found, property)
        yield f"| `{key}` | {_cell(_kind_of_value(key))} | {_cell(_first(inspect.getdoc(found) or ''))} |"
    yield from ("", tail.rstrip("\n"), "", "| key of `[lint]` | |", "|---|---|")
    yield from (f"| `{key}` | {_LINT[key]} |" for key in lint_settings._KEYS)


def _kind_of_value(key: str) -> str:
    if key in project._CHOICES:
        return " or ".join(f'`"{each}"`' for each in project._CHOICES[key])
    if key == "src":
        return "a source, or a list of sources"
    if key in project._LISTS:
        return "a text or a list of texts"
    if key in project._DURATIONS:
        return 'seconds, or a text such as `"10s"`'
    if key in project._SWITCHES:
        return "`true` or `false`"
    if key in project._COUNTS:
        return f"a number from {project._COUNTS[key]} on"
    others = {"lint": "a table", "ignore": "a list of `{ object = ..., reason = ... }`"}
    others["targets"] = "a list of URLs, `{ query = ..., url = ... }` or `{ schemas_query = ..., url = ... }`"
    return others.get(key, "a text")


# Kinds


def kinds() -> Iterator[str]:
    """Every kind of object."""
    text = (Path(__file__).parent / "kinds.md").read_text()
    yield from (text.replace("<!-- made -->", _MADE).rstrip("\n"), "")
    modules = dict.fromkeys(type(kind).__module__ for kind in KINDS)
    yield from ("| kinds | |", "|---|---|")
    for module in sorted(modules):
        names = ", ".join(f"`{kind.name}`" for kind in KINDS if type(kind).__module__ == module)
        yield f"| {names} | {_cell(_flowing(inspect.getdoc(sys.modules[module]) or ''))} |"


# Exit codes


def exit_codes() -> Iterator[str]:
    """Every exit code."""
    yield from ("# Exit codes", "", _MADE, "", "| code | error | |", "|---|---|---|", "| 0 | | It is done. |")
    found: list[type[TelamonError]] = [TelamonError]
    found += sorted(TelamonError.__subclasses__(), key=lambda each: each.exit_code)
    for error in found:
        if error.__module__ == "telamon.errors":
            text = "Something failed." if error is TelamonError else _flowing(inspect.getdoc(error) or "")
            yield f"| {error.exit_code} | `{error.__name__}` | {_cell(text)} |"
    yield from (
        "",
        "Code 3 is also that of `migrate lint` with errors, of `migrate diff --check` where a migration is missing, of "
        "`migrate test` with a test that failed, and of `doctor` with a problem. One that is broken off by Ctrl-C "
        "ends with 130, and one line says what state it leaves things in. An error goes to stderr: what happened, "
        "where, why, and what to do.",
        "",
        "In Python the same numbers are `TelamonError.exit_code`.",
    )


# Python


def python() -> Iterator[str]:
    """The Python API."""
    text = (Path(__file__).parent / "python.md").read_text()
    yield from (text.replace("<!-- made -->", _MADE).rstrip("\n"), "")
    yield from _function(diff, "telamon.diff")
    yield from _function(apply, "telamon.apply")
    yield from _class(Project, "telamon.Project")
    yield from _class(TelamonError, "telamon.TelamonError")
    yield from _class(Options, "telamon.Options", members=False)
    yield from ("## What comes back", "")
    for result in (Planned, Plan, Written, ApplyReport, Status):
        yield from _class(result, result.__name__, "###")
    yield from ("## telamon.fleet", "", "Many targets; see the guide on [many targets](../guides/many-targets.md).", "")
    for name in fleet.__all__:
        found = getattr(fleet, name)
        if inspect.isclass(found):
            yield from _class(found, f"telamon.fleet.{name}", "###")
        elif name != "resolve":  # what the configuration describes
            yield from _function(found, f"telamon.fleet.{name}", "###")
    yield from ("## telamon.objects", "", "What SQLAlchemy's models cannot say, beside them.", "")
    for name in objects.__all__:
        yield from _class(getattr(objects, name), f"telamon.objects.{name}", "###")
    yield from ("## telamon.apply.events", "", "What `on_event` is told.", "")
    for event in typing.get_args(Event):
        yield from _class(event, event.__name__, "###")
    yield from (
        "## Fixtures of pytest",
        "",
        "Where Telamon is installed, pytest has them.",
        "",
        "| fixture | |",
        "|---|---|",
    )
    for name, found in vars(pytest_plugin).items():
        if isinstance(found, type(pytest_plugin.telamon_url)):
            yield f"| `{name}` | {_cell(_flowing(inspect.getdoc(found) or ''))} |"


def _function(function: Callable[..., Any], title: str, level: str = "##") -> Iterator[str]:
    yield from (f"{level} {title}", "", "```py", _signature(title.rpartition(".")[2], function), "```", "")
    yield from _prose(inspect.getdoc(function) or "")


def _class(found: type, title: str, level: str = "##", *, members: bool = True) -> Iterator[str]:
    yield from (f"{level} {title}", "", "```py", _signature(found.__name__, found), "```", "")
    yield from _prose(inspect.getdoc(found) or "")
    if not members:
        return
    own = {name: each for name, each in vars(found).items() if not name.startswith("_")}
    documented = {name: each for name, each in own.items() if isinstance(each, property) or inspect.isfunction(each)}
    for name, each in documented.items():
        if isinstance(each, property):
            yield from (f"**`.{name}`** {_flowing(inspect.getdoc(each) or '')}", "")
        else:
            yield from ("```py", _signature(f".{name}", each), "```", "", *_prose(inspect.getdoc(each) or ""))


def _signature(name: str, function: Callable[..., Any]) -> str:
    """As it is written: the names of types, not what they stand for."""
    signature = inspect.signature(function)
    keywords = inspect.Parameter.KEYWORD_ONLY
    parameters, starred = [], False
    for each in signature.parameters.values():
        if each.name == "self":
            continue
        if each.kind is keywords and not starred:
            parameters.append("*")
            starred = True
        annotation = "" if each.annotation is inspect.Parameter.empty else f": {_type(each.annotation)}"
        default = "" if each.default is inspect.Parameter.empty else f" = {_default(each.default)}"
        parameters.append(f"{each.name}{annotation}{default}")
    result = signature.return_annotation
    arrow = f" -> {_type(result)}" if result not in (inspect.Signature.empty, "None", None) else ""
    line = f"{name}({', '.join(parameters)}){arrow}"
    return line if len(line) <= 100 else f"{name}(\n" + "".join(f"    {each},\n" for each in parameters) + f"){arrow}"


def _type(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _default(value: object) -> str:
    if inspect.isfunction(value):
        return "..."
    return "..." if "factory" in repr(value) else repr(value)


# Text


def _prose(docstring: str) -> Iterator[str]:
    """A docstring, with its sections as lists."""
    section = ""
    for block in docstring.split("\n\n"):
        first, *rest = block.split("\n")
        if match := _SECTION.match(first):
            section = match[1]
            body = "\n".join(rest)
            yield from (f"{'Takes' if section == 'Args' else section}:", "")
            if section == "Returns":
                yield from (_flowing(body), "")
            else:
                yield from (*(f"- `{name}`: {text}" for name, text in _items(block).items()), "")
        elif block.startswith("    "):
            yield from ("```python", inspect.cleandoc(block), "```", "")
        elif block:
            yield from (_flowing(block), "")


def _items(docstring: str) -> dict[str, str]:
    """The items of a docstring's sections."""
    found: dict[str, str] = {}
    name = ""
    for line in docstring.splitlines():
        if match := _ITEM.match(line):
            name = match[1]
            found[name] = match[2].strip()
        elif name and line.startswith("        "):
            found[name] += f" {line.strip()}"
    return found


def _flowing(text: str) -> str:
    """A text whose paragraphs are lines."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _first(text: str) -> str:
    """The first paragraph."""
    return text.split("\n\n")[0]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    for file, text in pages().items():
        (FOLDER / file).write_text(text)
