"""`telamon schema stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from telamon.cli.options import load_env, project_options
from telamon.cli.target_options import require_url
from telamon.errors import UsageError

if TYPE_CHECKING:
    from telamon.lint.stats import Stats
    from telamon.project import Env


@click.command("stats")
@click.option("--url", "-u", default=None, help="The target: postgres://user@host:5432/database.")
@project_options
def command(url: str | None, env: str | None, config: str | None) -> None:
    """Prints how large and busy a target is, as JSON, for telamon migrate lint --stats.

    Sizes, estimated rows and writes of tables, and the age of the oldest transaction: names and numbers only. The
    target is only read.
    """
    click.echo(_asked(require_url(url, load_env(env, config))).to_json(), nl=False)


def stats_of(url: str | None, file: str | None, project: Env) -> Stats | None:
    """The statistics to forecast from: of a target or from a file; None where neither is named.

    Raises:
        UsageError: both are named.
    """
    if url and file:
        raise UsageError("Which statistics?", do="Give either --url or --stats.")
    if url:
        return _asked(require_url(url, project))
    if file:
        from telamon.lint.stats import load_stats

        return load_stats(file)
    return None


def _asked(url: str) -> Stats:
    from telamon.engine import connect
    from telamon.lint.stats import read_stats

    with connect(url) as connection:
        return read_stats(connection)
