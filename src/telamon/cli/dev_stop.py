"""`telamon dev stop`."""

from __future__ import annotations

import json

import click

from telamon.cli.compat import format_option_of


@click.command("stop")
@click.option("--purge", is_flag=True, help="Delete the servers' data too: cached templates and all.")
@format_option_of("text", "json")
def command(purge: bool, form: str) -> None:
    """Stops the embedded server and, with --purge, deletes its data.

    A server that a run is using is left to that run, which stops it at its end.
    """
    from telamon.cli.console import note
    from telamon.dev.alone import stop_all
    from telamon.dev.embedded import clusters, stop

    stopped, busy = stop_all(purge=purge)
    for cluster in clusters():
        if not purge and not cluster.running():
            continue
        (stopped if stop(cluster, purge=purge) else busy).append(str(cluster.directory))
    if form == "json":
        click.echo(json.dumps({"stopped": stopped, "in_use": busy, "purged": purge}))
        return
    for directory in stopped:
        note(f"Deleted {directory}" if purge else f"Stopped the server in {directory}")
    for directory in busy:
        note(f"In use, and stopped by the last run that uses it: {directory}")
    if not stopped and not busy:
        note("No embedded server to delete." if purge else "No embedded server is running.")
