"""`telamon migrate hash`."""

from __future__ import annotations

import click

from telamon.cli.compat import accepted
from telamon.cli.console import note
from telamon.cli.options import directory_of, directory_option, format_option, project_options
from telamon.directory import SUM_FILE, Directory


@click.command("hash")
@directory_option
@project_options
@accepted("--force", is_flag=True, help="As without it.")
@format_option
def command(directory_url: str | None, env: str | None, config: str | None, form: str) -> None:
    """Writes atlas.sum anew for the files as they are. What was changed deliberately is accepted by this."""
    directory = Directory.read(directory_of(directory_url, config, env))
    changed = directory.sum_content != directory.computed.render()
    if changed:
        directory.seal()
    if form == "json":
        import json

        files = len(directory.computed.entries)
        click.echo(json.dumps({"files": files, "total": directory.computed.total, "changed": changed}))
        return
    note(f"{directory.path}/{SUM_FILE} {'is written anew' if changed else 'was right already'}")
