"""`telamon schema validate`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.options import (
    desired,
    dev_option,
    format_option,
    load_env,
    project_options,
    scope_of,
    scope_options,
)


@click.command("validate")
@click.option("--to", multiple=True, help="The schema: a source; repeatable.")
@dev_option
@scope_options
@project_options
@format_option
def command(
    to: tuple[str, ...],
    dev: str | None,
    schemas: tuple[str, ...],
    exclude: tuple[str, ...],
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Checks that a schema loads on the dev database, and the bodies of its functions; prints what is in it."""
    from telamon.api import major_of
    from telamon.engine import open_engine
    from telamon.report.facts import counts
    from telamon.sources import open_source
    from telamon.validate import validate_source

    project = load_env(env, config)
    specs, base, python = desired(to, project)
    source = open_source(specs, base=base, python=python)
    with open_engine(project.dev_server(dev), scope_of(project, schemas, exclude), major=major_of(source)) as engine:
        catalog = validate_source(engine, source)
    for text in catalog.unmanaged:
        note(f"Not managed: {text}")
    found = counts(catalog)
    if form == "json":
        import json

        click.echo(json.dumps({"facts": found, "unmanaged": sorted(catalog.unmanaged)}))
        return
    for kind, number in found.items():
        click.echo(f"{number:6} {kind.replace('_', ' ')}")
    note(f"The schema loads: {sum(found.values())} facts")
