"""`telamon migrate squash`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.options import (
    dev_option,
    directory_of,
    directory_option,
    format_option,
    load_env,
    project_options,
    roles_of,
)


@click.command("squash")
@click.argument("name", default="")
@click.option("--from", "first", default=None, help="The version of the first that is squashed; all after it are too.")
@click.option("--since-branch", default=None, help="Squash what this branch does not have; the default branch if `.`.")
@click.option("--dry-run", is_flag=True, help="Print the file and write nothing.")
@directory_option
@dev_option
@project_options
@format_option
def command(
    name: str,
    first: str | None,
    since_branch: str | None,
    dry_run: bool,
    directory_url: str | None,
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Makes one migration of several, as of those of one pull request, and proves that it does the same.

    Migrations that only change the schema are planned anew; if one of them does more, as writing rows, their statements
    are joined as they are.
    """
    from telamon.directory import Directory
    from telamon.engine import open_engine
    from telamon.errors import UsageError
    from telamon.history import git
    from telamon.history.choice import since
    from telamon.history.squash import squash
    from telamon.report.counted import counted

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    directory.check()
    if (first is None) == (since_branch is None):
        raise UsageError("Which migrations?", do="Give --from VERSION or --since-branch BRANCH.")
    if first is not None:
        names = list(since(directory, first))
    else:
        ref = git.upstream(directory.path) if since_branch == "." else str(since_branch)
        merged = git.names_at(directory.path, ref)
        names = [file.name for file in directory.files if file.name not in merged]
    with open_engine(project.dev_server(dev), roles_of(project)) as engine:
        made = squash(engine, directory, names, name)
    text = next((file.text for file in made.wanted.files if file.name == made.file), "")
    if not dry_run:
        directory.become(made.wanted)
    if form == "json":
        import json

        found = {"file": made.file, "replaced": list(made.replaced), "planned": not made.reason}
        click.echo(json.dumps(found | {"reason": made.reason, "warnings": list(made.warnings), "sql": text}))
        return
    if dry_run:
        click.echo(text, nl=False)
    elif made.file:
        click.echo(f"{directory.path}/{made.file}")
    for warning in made.warnings:
        note(f"Warning: {warning}")
    how = f"joined as they are, because {made.reason}" if made.reason else "planned anew"
    note(f"{counted(len(made.replaced), 'migration')} {how}; proved equal on the dev database.")
    if not made.file:
        note("They undid each other: nothing is left of them.")
