"""`telamon schema inspect`."""

from __future__ import annotations

import click

from telamon.cli.compat import chosen_form, format_option_of
from telamon.cli.console import note
from telamon.cli.options import dev_option, load_env, project_options, scope_of, scope_options, source_of


@click.command("inspect")
@click.option("--url", "-u", multiple=True, help="The schema: a database's URL or any other source; repeatable.")
@dev_option
@scope_options
@project_options
@format_option_of("sql", "json")
def command(
    url: tuple[str, ...],
    dev: str | None,
    schemas: tuple[str, ...],
    exclude: tuple[str, ...],
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Prints a schema: as SQL from which an equal database can be built, or the facts as JSON."""
    from telamon.api import major_of
    from telamon.engine import EMPTY, open_engine
    from telamon.plan import make_plan

    project = load_env(env, config)
    form = chosen_form(form, project, "sql", "json")
    source = source_of(url or ((project.url,) if project.url else ()), project)
    scope = scope_of(project, schemas, exclude, *url)
    with open_engine(project.dev_server(dev), scope, major=major_of(source)) as engine:
        catalog = engine.catalog(source)
        if form == "json":
            from telamon.report.facts import facts_as_json

            text = facts_as_json(catalog) + "\n"
        else:
            text = make_plan(engine.catalog(EMPTY), catalog, engine.server).sql()
    for each in catalog.unmanaged:
        note(f"Not managed: {each}")
    click.echo(text, nl=False)
