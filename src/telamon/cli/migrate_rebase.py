"""`telamon migrate rebase`."""

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


@click.command("rebase")
@click.argument("versions", nargs=-1)
@click.option("--onto", default=None, help="The branch whose migrations come first; found by itself in a merge.")
@directory_option
@dev_option
@project_options
@format_option
def command(
    versions: tuple[str, ...],
    onto: str | None,
    directory_url: str | None,
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Gives migrations that are not merged yet new versions after those that are, and seals the directory.

    Which are mine is found by git, or named by version. Run it when git reports a conflict in atlas.sum. The directory
    is replayed; when the result depends on the order of the two sides, that is said.
    """
    from telamon.directory import Directory
    from telamon.engine import open_engine
    from telamon.history.rebase import rebase, sides
    from telamon.report.counted import counted

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    found = sides(directory, list(versions), onto)
    with open_engine(project.dev_server(dev), roles_of(project)) as engine:
        made = rebase(engine, directory, found)
    directory.become(made.wanted)
    if form == "json":
        import json

        moved = [{"from": old, "to": new} for old, new in made.moved]
        click.echo(
            json.dumps(
                {
                    "mine": list(found.mine),
                    "moved": moved,
                    "commute": not made.quarrel,
                    "why": made.quarrel,
                    "edited": list(made.edited),
                }
            )
        )
        return
    for old, new in made.moved:
        click.echo(f"{directory.path}/{new}")
        note(f"was {old}")
    for name in made.edited:
        note(f"Warning: {name} was edited after it was sealed, and is sealed as it is now")
    if made.quarrel:
        note("Warning: the two sides do not commute; with mine first the schema would not be the same:")
        for line in made.quarrel.splitlines():
            note(f"  {line}")
    note(f"{len(made.moved)} of {counted(len(found.mine), 'migration')} moved; replayed and sealed.")
    if found.ref:
        note(f"When it is as you want it: git add {directory.path}")
