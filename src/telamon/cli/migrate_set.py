"""`telamon migrate set`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.target_options import first, require_url, target_env, target_options


@click.command("set")
@click.argument("version", default="")
@target_options
def command(
    version: str,
    url: str | None,
    directory: str | None,
    config: str | None,
    env: str | None,
    revisions_schema: str | None,
    role: str | None,
    wait: float,
    form: str,
) -> None:
    """Records on a target that it is at a version, and runs nothing: migrations up to it count as applied.

    For a database that has them by other means, or after migrations were squashed or renamed.
    """
    from telamon.directory import Directory
    from telamon.history.mark import mark

    chosen = target_env(url, directory, config, env)
    done = mark(
        require_url(url, chosen),
        Directory.read(first(directory, chosen.dir, default="migrations")),
        version or None,
        revisions_schema=first(revisions_schema, chosen.revisions_schema, default=None),
        role=first(role, chosen.role, default=None),
        wait=wait,
        contexts=chosen.context,
    )
    if form == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps(asdict(done)))
        return
    click.echo(done.current)
    for versions, text in (
        (done.added, "counts as applied now"),
        (done.resolved, "was unfinished and counts as applied now"),
        (done.removed, "does not count as applied any more"),
    ):
        for each in versions:
            note(f"{each} {text}")
    if not (done.added or done.resolved or done.removed):
        note("The target was at that version already.")
