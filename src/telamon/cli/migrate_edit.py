"""`telamon migrate edit`."""

from __future__ import annotations

import os

import click

from telamon.cli.console import note
from telamon.cli.options import directory_of, directory_option, project_options
from telamon.errors import TelamonError, UsageError


@click.command("edit")
@click.argument("version", default="")
@directory_option
@project_options
def command(version: str, directory_url: str | None, env: str | None, config: str | None) -> None:
    """Opens a migration, the last one if none is named, in the editor (VISUAL, EDITOR), and seals it afterwards.

    The file is changed when the editor is closed and its statements can be told apart; else the draft is kept.
    """
    from telamon.directory import Directory, MigrationFile
    from telamon.history.choice import named

    directory = Directory.read(directory_of(directory_url, config, env))
    directory.check()
    if not directory.files:
        raise UsageError("The migration directory is empty", where=directory.path)
    [name] = named(directory, [version or directory.files[-1].name])
    file = next(each for each in directory.files if each.name == name)
    draft = _draft(name, file.content)
    click.edit(filename=draft)
    with open(draft, "rb") as handle:
        content = handle.read()
    if content == file.content:
        os.unlink(draft)
        note("Nothing was changed.")
        return
    try:
        MigrationFile(name, draft, content).check()
        directory.become(directory.changed({name: content}))
    except TelamonError as error:
        note(f"What you wrote is kept: {draft}")
        raise error
    os.unlink(draft)
    click.echo(file.path)
    note(f"Sealed. Try it: telamon migrate validate --dir {directory.path}")


def _draft(name: str, content: bytes) -> str:
    import tempfile

    folder = tempfile.mkdtemp(prefix="telamon-")
    path = f"{folder}/{name}"
    with open(path, "wb") as handle:
        handle.write(content)
    return path
