"""`telamon migrate new`."""

from __future__ import annotations

import click

from telamon.cli.console import note, offer_attributes
from telamon.cli.options import directory_of, directory_option, format_option, project_options
from telamon.directory import Directory, file_name


@click.command("new")
@click.argument("name", default="")
@directory_option
@project_options
@click.option("--edit", is_flag=True, help="Open it in the editor (VISUAL, EDITOR), and seal it afterwards.")
@format_option
def command(name: str, directory_url: str | None, env: str | None, config: str | None, edit: bool, form: str) -> None:
    """Adds an empty migration file, sealed, to write SQL into. Seal it again with `migrate hash` afterwards.

    Prints the path of the file.
    """
    directory = Directory.read(directory_of(directory_url, config, env), missing_ok=True)
    version = directory.new_version()
    created = file_name(version, name)
    directory.write(created, b"")
    path = f"{directory.path}/{created}"
    if form == "json":
        import json

        click.echo(json.dumps({"version": version, "name": created, "path": path}))
        return
    click.echo(path)
    if edit:
        from telamon.cli import migrate_edit

        click.get_current_context().invoke(
            migrate_edit.command, version=created, directory_url=directory.path, env=env, config=config
        )
        return
    note(f"When it is written: telamon migrate hash --dir {directory.path}")
    offer_attributes(directory.path, len(directory.files))
