"""`telamon migrate status`."""

from __future__ import annotations

import json

import click

from telamon.cli.compat import chosen_form
from telamon.cli.target_options import first, load_env, require_url, target_options


@click.command("status")
@target_options
@click.option("--baseline", default=None, metavar="VERSION", help="The baseline that apply would be given.")
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
) -> None:
    """Tells what is applied to a target and what is pending."""
    from telamon.apply import status

    chosen = load_env(url, directory, config, env)
    form = chosen_form(form, chosen, "text", "json")
    found = status(
        require_url(url, chosen),
        first(directory, chosen.dir, default="migrations"),
        revisions_schema=first(revisions_schema, chosen.revisions_schema, default=None),
        role=first(role, chosen.role, default=None),
        exec_order=first(chosen.exec_order, default="linear"),
        baseline=first(baseline, chosen.baseline, default=None),
        wait=wait,
    )
    click.echo(json.dumps(found.to_json(), indent=2) if form == "json" else found.to_text())
