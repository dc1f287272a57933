"""What Atlas's flags need: variables, Go templates, lists with commas, flags that say nothing here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from telamon.errors import UsageError
from telamon.forms import form_of

if TYPE_CHECKING:
    from telamon.project import Env

Command = TypeVar("Command", bound=Callable[..., Any])
_VARIABLES = "telamon.variables"
_TOLD = "telamon.told"
_LAID_OVER = "telamon.laid_over"


class Form(click.ParamType[str]):
    """A format, or the Go template that means one.

    Args:
        forms: the formats of the command, the usual one first.
    """

    name = "format"

    def __init__(self, *forms: str) -> None:
        self.forms = forms

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.forms)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = form_of(value, self.forms)
        if found:
            return found
        if "{{" in value:
            raise UsageError(
                f"The template {value} is not understood",
                where="--format",
                do=f"Give one of {', '.join(self.forms)}; from JSON take what you need with jq.",
            )
        return self.fail(f"{value!r} is not one of {', '.join(map(repr, self.forms))}.", param, ctx)


def format_option_of(*forms: str) -> Callable[[Command], Command]:
    """--format, which takes formats and the templates that mean them."""
    return click.option("--format", "form", type=Form(*forms), default=forms[0], help="What to print.")


def _keep(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> None:
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {each} is not understood", do="Write --var name=value.")
        found[name] = (*found.get(name, ()), value)
    ctx.meta[_VARIABLES] = found


def variables_option(command: Command) -> Command:
    """--var, kept for `project_of`."""
    return click.option(
        "--var",
        multiple=True,
        expose_value=False,
        callback=_keep,
        help="name=value: a variable of atlas.hcl; repeatable.",
    )(command)


def key_option(*names: str, key: str, help: str, multiple: bool = False) -> Callable[[Command], Command]:
    """A flag that stands for a key of the configuration, and goes before it; kept for `project_of`."""

    def lay_over(ctx: click.Context, param: click.Parameter, given: Any) -> None:
        value = list(_split(ctx, param, given)) if multiple else given
        if value:
            ctx.meta.setdefault(_LAID_OVER, {})[key] = (value, names[0])

    return click.option(
        *names, multiple=multiple, is_flag=not multiple, expose_value=False, callback=lay_over, help=help
    )


def project_of(config: str | None, env: str | None) -> Env:
    """The environment, with `--var`; what of it is not used is said once."""
    from telamon.cli.console import note
    from telamon.project import load_project

    meta = click.get_current_context().meta
    project = load_project(config, env, meta.get(_VARIABLES))
    for key, (value, flag) in meta.get(_LAID_OVER, {}).items():
        project = project.overridden(key, value, flag)
    told = meta.setdefault(_TOLD, set())
    for text in project.atlas.notes if project.atlas else ():
        if text not in told:
            note(text)
        told.add(text)
    return project


def chosen_form(form: str, project: Env, *forms: str) -> str:
    """The format: as the flag says, else as the `format` block of atlas.hcl does, else the usual one."""
    from telamon.cli.console import note

    context = click.get_current_context()
    command = " ".join(context.command_path.split()[-2:])
    template = project.atlas.format_of(command) if project.atlas else None
    source = context.get_parameter_source("form")
    if template is None or (source and source.name != "DEFAULT"):
        return form
    found = form_of(template, forms)
    if found is None:
        note(f"{project.file}: the format of {command} is not used: {template}")
    return found or form


def _split(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for each in given for part in each.split(",") if part)


def _patterns(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for each in _split(ctx, param, given):
        if "[type=" in each:
            from telamon.hcl.exclude import translated

            found += translated(each, where="--exclude")
        else:
            found.append(each)
    return tuple(found)


SPLIT = _split
"""Callback: values with commas are several."""

PATTERNS = _patterns
"""Callback: so are patterns, and Atlas's `[type=...]` is understood."""


def _only_atlas(ctx: click.Context, param: click.Parameter, value: str) -> None:
    if value != "atlas":
        raise UsageError(
            f"Directories of {value} are not used as they are",
            where="--dir-format",
            do=f"Convert it once: telamon migrate import --from 'file://migrations?format={value}'",
        )


dir_format_option = click.option(
    "--dir-format", default="atlas", expose_value=False, hidden=True, callback=_only_atlas, help="Only atlas."
)


def accepted(*names: str, help: str, is_flag: bool = False) -> Callable[[Command], Command]:
    """A flag of Atlas's that has nothing to do here."""
    return click.option(*names, expose_value=False, hidden=True, is_flag=is_flag, default=None, help=help)


def refused(name: str, *, do: str) -> Callable[[Command], Command]:
    """A flag of Atlas's that is not there.

    Args:
        do: what to do instead.
    """

    def refuse(ctx: click.Context, param: click.Parameter, given: Any) -> None:
        if given:
            raise UsageError(f"{name} is not there", do=do)

    return click.option(name, expose_value=False, hidden=True, is_flag=True, callback=refuse, help=do)
