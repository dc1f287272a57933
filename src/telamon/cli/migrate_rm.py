"""`telamon migrate rm`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.options import dev_option, directory_of, directory_option, format_option, load_env, project_options


@click.command("rm")
@click.argument("versions", nargs=-1)
@directory_option
@click.option("--no-replay", is_flag=True, help="Do not replay what is left.")
@dev_option
@project_options
@format_option
def command(
    versions: tuple[str, ...],
    directory_url: str | None,
    no_replay: bool,
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Removes migrations, the last one if none is named, and seals the others.

    What is left is replayed first, unless those were the last: later ones may have needed them.
    """
    from telamon.directory import Directory
    from telamon.errors import UsageError
    from telamon.history.choice import named

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    directory.check()
    if not directory.files:
        raise UsageError("The migration directory is empty", where=directory.path)
    names = named(directory, list(versions) or [directory.files[-1].name])
    wanted = directory.changed({}, names)
    if not no_replay and names != tuple(file.name for file in directory.files[-len(names) :]):
        import importlib

        importlib.import_module("telamon.replay").replay_directory(wanted, project.dev_server(dev))
    directory.become(wanted)
    if form == "json":
        import json

        click.echo(json.dumps({"removed": list(names)}))
        return
    for name in names:
        click.echo(f"{directory.path}/{name}")
    note("Removed. A database that has them keeps what they did.")
