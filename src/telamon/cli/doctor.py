"""`telamon doctor`."""

from __future__ import annotations

import json
from typing import Any

import click

from telamon.cli.target_options import target_env, target_options
from telamon.errors import CheckError


@click.command("doctor")
@target_options
@click.option("--owner", default="schema_admin", show_default=True, help="The group role to which all belongs.")
@click.option("--migrator", default="migration_user", show_default=True, help="The role that migrates.")
@click.option("--app", default="app_user", show_default=True, help="The application's role.")
@click.option("--readonly", default="readonly", show_default=True, help="The role that only reads.")
@click.pass_context
def command(ctx: click.Context, /, form: str, **given: Any) -> None:
    """Tells what is wrong with this set-up, and what to do: configuration, directory, target, its roles, dev server.

    Changes nothing. Exit code 3 if there is a problem.
    """
    from telamon.doctor import Patient, examine
    from telamon.holdings import Roles

    patient = Patient(
        load=lambda: target_env(given["url"], given["directory"], given["config"], given["env"]),
        roles=Roles(given["owner"], given["migrator"], given["app"], given["readonly"]),
        url=given["url"],
        directory=given["directory"],
        role=given["role"],
        revisions_schema=given["revisions_schema"],
        wait=given["wait"],
    )
    findings = []
    for finding in examine(patient):
        findings.append(finding)
        if form != "json":
            click.echo(finding.to_text())
    if form == "json":
        click.echo(json.dumps([finding.to_json() for finding in findings], indent=2))
    ctx.exit(CheckError.exit_code if any(finding.outcome == "problem" for finding in findings) else 0)
