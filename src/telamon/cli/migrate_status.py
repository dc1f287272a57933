"""`telamon migrate status`."""

from __future__ import annotations

import json

import click

from telamon.cli.compat import chosen_form
from telamon.cli.target_options import context_option, first, require_url, target_env, target_options


@click.command("status")
@target_options
@click.option("--baseline", default=None, metavar="VERSION", help="The baseline that apply would be given.")
@context_option
def command(
    url: str | None,
    directory: str | None,
    config: str | None,
    env: str | None,
    revisions_schema: str | None,
    role: str | None,
    wait: float,
    form: str,
    baseline: str | None,
    contexts: tuple[str, ...],
) -> None:
    """Tells what is applied to a target and what is pending."""
    from telamon.apply import status

    chosen = target_env(url, directory, config, env)
    form = chosen_form(form, chosen, "text", "json")
    if chosen.targets and not url:
        from telamon.apply import Options
        from telamon.cli.fleet import status_fleet

        options = Options(
            baseline=first(baseline, chosen.baseline, default=None),
            exec_order=chosen.exec_order,
            revisions_schema=first(revisions_schema, chosen.revisions_schema, default=None),
            role=first(role, chosen.role, default=None),
            wait_for_database=wait,
            contexts=contexts or chosen.context,
        )
        status_fleet(chosen, first(directory, chosen.dir, default="migrations"), options, form)
        return
    found = status(
        require_url(url, chosen),
        first(directory, chosen.dir, default="migrations"),
        revisions_schema=first(revisions_schema, chosen.revisions_schema, default=None),
        role=first(role, chosen.role, default=None),
        exec_order=first(chosen.exec_order, default="linear"),
        baseline=first(baseline, chosen.baseline, default=None),
        wait=wait,
        contexts=contexts or chosen.context,
    )
    click.echo(json.dumps(found.to_json(), indent=2) if form == "json" else found.to_text())
