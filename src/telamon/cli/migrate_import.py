"""`telamon migrate import`."""

from __future__ import annotations

import click

from telamon.cli.compat import dir_format_option
from telamon.cli.console import note, offer_attributes
from telamon.cli.options import dev_option, directory_of, format_option, load_env, project_options


@click.command("import")
@click.option("--from", "source", required=True, help="What to convert: file://path?format=goose, or a path.")
@click.option("--to", "directory_url", default=None, help="The migration directory to make.  [default: migrations]")
@click.option("--keep-down", is_flag=True, help="Keep the ways back, in archives that only Telamon runs rightly.")
@click.option("--no-replay", is_flag=True, help="Do not run the result on the dev database.")
@click.option("--python", default=None, help="The project's interpreter, for Alembic and Django.")
@dir_format_option
@dev_option
@project_options
@format_option
def command(
    source: str,
    directory_url: str | None,
    keep_down: bool,
    no_replay: bool,
    python: str | None,
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Converts the migrations of another tool into a migration directory, and replays it.

    Formats: alembic, dbmate, django, drizzle, flyway, golang-migrate, goose, liquibase, prisma; found out if not given.
    """
    from telamon.dev import open_dev
    from telamon.directory import Directory
    from telamon.errors import UsageError
    from telamon.importing import convert, locate, read_foreign
    from telamon.report.counted import counted

    project = load_env(env, config)
    place = locate(source)
    directory = Directory.read(directory_of(directory_url, config, env), missing_ok=True)
    if directory.files:
        raise UsageError("The migration directory is not empty", where=directory.path, do="Give another one with --to.")
    with open_dev(project.dev_server(dev)) as server:
        found = read_foreign(place, server, python or project.python)
        wanted = directory.changed(convert(found, keep_down=keep_down))
        wanted.check()
        if not no_replay:
            from telamon.replay import replay

            replay(wanted, server).drop()
    directory.become(wanted)
    names = [file.name for file in wanted.files]
    if form == "json":
        import json

        click.echo(json.dumps({"format": place.format, "files": names, "notes": found.notes}))
        return
    for name in names:
        click.echo(f"{directory.path}/{name}")
    for text in found.notes:
        note(f"Note: {text}")
    note(f"{counted(len(names), 'migration')} from {place.format}{'' if no_replay else ', replayed'}.")
    if names:
        note(f"On databases that have them already: telamon migrate set {wanted.files[-1].version} --url ...")
    offer_attributes(directory.path, 0)
