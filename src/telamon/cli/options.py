"""Options that several commands share, and what they resolve to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from telamon.cli.compat import (
    PATTERNS,
    SPLIT,
    dir_format_option,
    format_option_of,
    key_option,
    project_of,
    variables_option,
)
from telamon.errors import UsageError

if TYPE_CHECKING:
    from telamon.diff.renames import Rename
    from telamon.generate import Wishes
    from telamon.project import Env
    from telamon.scope import Scope
    from telamon.sources import Source

Command = TypeVar("Command", bound=Callable[..., Any])


def project_options(command: Command) -> Command:
    """--env, --config and --var."""
    command = variables_option(command)
    command = click.option("--config", "-c", default=None, help="The configuration; telamon.toml is found by itself.")(
        command
    )
    return click.option("--env", default=None, help="The environment of the configuration.")(command)


def scope_options(command: Command) -> Command:
    """--schema, --exclude, --roles and --database-settings."""
    command = key_option(
        "--database-settings", key="database_settings", help="Manage the database's settings, comment and grants."
    )(command)
    command = key_option(
        "--roles", key="roles", multiple=True, help="Manage the roles of this pattern, as app_*; repeatable."
    )(command)
    command = click.option(
        "--exclude", multiple=True, callback=PATTERNS, help="Leave alone what matches, as table:public.tmp_*."
    )(command)
    return click.option(
        "--schema", "-s", "schemas", multiple=True, callback=SPLIT, help="Manage only this schema; repeatable."
    )(command)


def rename_options(command: Command) -> Command:
    """--rename, --no-rename and --using."""
    command = click.option("--using", multiple=True, help="How to convert: column:table.column='expression'.")(command)
    command = click.option("--no-rename", is_flag=True, help="Take nothing for a rename.")(command)
    return click.option("--rename", "renames", multiple=True, help="table:old=new or column:table.old=new.")(command)


def directory_option(command: Command) -> Command:
    """--dir, and Atlas's --dir-format."""
    return click.option("--dir", "directory_url", default=None, help="The migration directory.  [default: migrations]")(
        dir_format_option(command)
    )


dev_option = click.option(
    "--dev-url",
    "dev",
    default=None,
    help="The dev server: embedded, embedded/16, postgres://..., docker://postgres/16/dev.",
)
format_option = format_option_of("text", "json")


def load_env(env: str | None, config: str | None) -> Env:
    """The environment to work in."""
    return project_of(config, env)


def directory_of(given: str | None, config: str | None, env: str | None) -> str:
    """The migration directory: as the flag says, else as the configuration does."""
    return given or load_env(env, config).dir or "migrations"


def scope_of(
    project: Env,
    schemas: Sequence[str],
    exclude: Sequence[str],
    *urls: str,
    dev: str = "",
    qualifier: str | None = None,
    configured: bool = True,
) -> Scope:
    """What is managed: as flags say, else as the URL of a database does (`?search_path=`), else as the configuration.

    Args:
        urls: of databases, and of what declares rows; other sources among them are passed over.
        dev: the dev server; bound to a schema, that is what is managed, and its name is left out, as in Atlas.
        qualifier: the name with which that schema is written nevertheless.
        configured: whether the desired schema is the configuration's.
    """
    from telamon.dev.bound import bound_dev

    narrow = bound_dev(dev)
    bound = [schema for url in urls if not schemas and "search_path=" in url if (schema := bound_schema(url))]
    hidden = (f"schema:{project.revisions_schema}",) if project.revisions_schema else ()
    wanted = tuple(schemas) or tuple(bound[:1]) or project.schemas or ((narrow,) if narrow else ())
    if qualifier and wanted != (qualifier,):
        raise UsageError(
            f"--qualifier {qualifier} is not the schema that is managed",
            do=f"Leave it out, or give --schema {qualifier}.",
        )
    unqualified = not qualifier and bool(narrow) and wanted == (narrow,)
    from telamon.scope import Scope

    excluded = (*project.exclude, *exclude, *hidden)
    scope = Scope(wanted, excluded, unqualified, roles=project.roles, database=project.database_settings)
    return with_declared(scope, project, urls, configured=configured)


def roles_of(project: Env) -> Scope:
    """Everything, and the roles and the settings of the database where the configuration manages them."""
    from telamon.scope import Scope

    return Scope(roles=project.roles, database=project.database_settings)


def with_declared(scope: Scope, project: Env, urls: Sequence[str] = (), *, configured: bool = True) -> Scope:
    """The scope with the tables whose rows flags declare; else, unless other sources are given, the configuration."""
    from dataclasses import replace
    from pathlib import Path

    flags = [each for each in urls if each.startswith("rows://")]
    specs, base = (flags, Path.cwd()) if flags or not configured else (list(project.rows), project.base)
    if not specs:
        return scope
    from telamon.sources import SqlSource, open_source

    source = open_source(specs, base=base)
    assert isinstance(source, SqlSource)
    return replace(scope, rows=source.rows)


def bound_schema(url: str) -> str | None:
    """The schema that a database's URL is bound to; None for other sources."""
    if not url.startswith(("postgres://", "postgresql://")):
        return None
    from telamon.apply.target import parse

    return parse(url).schema


def source_of(specs: Sequence[str], project: Env) -> Source:
    """The source that flags name.

    Raises:
        UsageError: none is named, or it is not understood.
    """
    from pathlib import Path

    from telamon.sources import open_source
    from telamon.states import resolved

    if not specs:
        raise UsageError("Which schema?", do="Give --url: a database's URL, a file, a folder, a model.")
    return open_source(resolved(specs, project), base=Path.cwd(), python=project.python)


def desired(to: Sequence[str], project: Env) -> tuple[list[str], Any, str | None]:
    """(specs, base folder, interpreter) of the desired schema."""
    from pathlib import Path

    from telamon.states import resolved

    if to:
        own = all(spec.startswith("env://") for spec in to)
        return resolved(to, project), project.base if own else Path.cwd(), project.python
    if not project.src:
        raise UsageError(
            "No desired schema is given",
            why=project.hint,
            do='Give --to file://schema.sql, or src = "..." in telamon.toml.',
        )
    return list(project.src), project.base, project.python


def wishes_of(
    renames: Sequence[str],
    no_rename: bool,
    using: Sequence[str],
    project: Env,
    *,
    required: bool,
    strict_order: bool = False,
) -> Wishes:
    """What the flags and the terminal say about renames, conversions and the order of columns."""
    from telamon.cli.console import interactive
    from telamon.generate import Wishes

    ask = ask_renames if required and interactive() else None
    skip = project.atlas.diff.skip if project.atlas else ()
    concurrently = project.atlas.diff.concurrently if project.atlas else frozenset()
    return Wishes(
        (*project.renames, *renames), no_rename, tuple(using), ask, required, skip, concurrently, strict_order
    )


order_option = click.option(
    "--strict-order",
    is_flag=True,
    help="Rebuild tables whose columns stand in another order; their rows are kept.",
)


def ask_renames(found: Sequence[Rename]) -> list[Rename]:
    """Asks about each candidate."""
    return [rename for rename in found if click.confirm(f"Is this a rename: {rename}?", err=True)]
