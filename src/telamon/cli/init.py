"""`telamon init`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.options import directory_option, format_option, load_env, project_options


@click.command("init")
@click.option(
    "--ci", type=click.Choice(["github", "gitlab", "pre-commit"]), multiple=True, help="Checks of CI; repeatable."
)
@click.option("--roles", is_flag=True, help="The SQL of the roles: owner, migrations, application, reports.")
@click.option(
    "--deploy",
    type=click.Choice(["fly", "docker", "compose", "kubernetes", "systemd"]),
    multiple=True,
    help="Migrations when a version is released; repeatable.",
)
@click.option("--install", default="", help="How CI and images install it.  [default: python -m pip install telamon]")
@click.option("--force", is_flag=True, help="Replace files that say something else.")
@directory_option
@project_options
@format_option
def command(
    ci: tuple[str, ...],
    roles: bool,
    deploy: tuple[str, ...],
    install: str,
    force: bool,
    directory_url: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Writes what a project needs around its migrations, as files that are its own from then on.

    Without options that is a telamon.toml with an example, and a Makefile. What is there and says something else is
    left alone, unless --force is given. --env, --config and --dir go into the commands that are written.
    """
    from telamon.scaffold import pieces, write
    from telamon.scaffold.settings import settings_of

    names = (*ci, *(["roles"] if roles else []), *deploy) or ("start",)
    project = load_env(env, config)
    settings = settings_of(project, directory=directory_url, env=env, config=config, install=install)
    outcomes = write(pieces(names, settings), settings.root, force=force, keep=names == ("start",))
    if form == "json":
        import json

        click.echo(json.dumps([{"path": piece.path, "outcome": outcome} for piece, outcome in outcomes]))
        return
    for piece, outcome in outcomes:
        click.echo(f"{piece.path}: {outcome}")
        if piece.hint and outcome in ("written", "replaced"):
            note(piece.hint)
