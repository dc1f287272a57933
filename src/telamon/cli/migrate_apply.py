"""`telamon migrate apply`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from telamon.cli.compat import chosen_form
from telamon.cli.target_options import Duration, context_option, first, require_url, target_env, target_options
from telamon.errors import TelamonError

if TYPE_CHECKING:
    from telamon.apply import Options
    from telamon.project import Env


@click.command("apply")
@click.argument("amount", type=click.IntRange(1), required=False)
@target_options
@click.option("--dry-run", is_flag=True, help="Print what would be run; change nothing.")
@click.option("--to-version", default=None, metavar="VERSION", help="Run no file newer than this.")
@click.option(
    "--baseline", default=None, metavar="VERSION", help="Take files up to this version for applied (first run)."
)
@click.option("--allow-dirty", is_flag=True, help="Run on a database without history that is not empty.")
@click.option("--tx-mode", type=click.Choice(["file", "all", "none"]), default=None,
              help="One transaction a file, one for all, or none.  [default: file]")  # fmt: skip
@click.option("--exec-order", type=click.Choice(["linear", "linear-skip", "non-linear"]), default=None,
              help="What to do with files older than the last one applied.  [default: linear]")  # fmt: skip
@click.option("--lock-timeout", type=Duration(), default=None, help="How long to wait for another run.  [default: 10s]")
@click.option("--lock-retry", type=Duration(), default="60s", show_default=True,
              help="How long to go on trying to get a table's lock.")  # fmt: skip
@click.option(
    "--statement-timeout", type=Duration(), default="0", help="How long a statement may run.  [default: no limit]"
)
@context_option
def command(form: str, **given: Any) -> None:
    """Runs pending migrations on a target: AMOUNT of them, or all."""
    from telamon.apply import apply
    from telamon.apply.report import Recorder, env_json
    from telamon.apply.target import parse

    env = target_env(given["url"], given["directory"], given["config"], given["env"])
    form = chosen_form(form, env, "text", "json")
    if env.targets and not given["url"]:
        from telamon.cli.fleet import apply_fleet

        apply_fleet(env, first(given["directory"], env.dir, default="migrations"), _options(given, env), form)
        return
    url = require_url(given["url"], env)
    directory = first(given["directory"], env.dir, default="migrations")
    options = _options(given, env)
    if form == "json":
        recorder = Recorder(env_json(parse(url), directory))
        try:
            report = apply(url, directory, options, on_event=recorder)
        except TelamonError as error:
            click.echo(json.dumps(recorder.report(str(error)).to_json(), indent=2))
            raise
        click.echo(json.dumps(report.to_json(), indent=2))
        return
    from telamon.cli.progress import TextProgress

    progress = TextProgress(dry_run=options.dry_run)
    try:
        apply(url, directory, options, on_event=progress)
    finally:
        progress.summary()


def _options(given: dict[str, Any], env: Env) -> Options:
    from telamon.apply import Options

    defaults = Options()
    return Options(
        amount=given["amount"],
        to_version=given["to_version"],
        dry_run=given["dry_run"],
        baseline=first(given["baseline"], env.baseline, default=None),
        allow_dirty=given["allow_dirty"],
        tx_mode=first(given["tx_mode"], env.tx_mode, default=defaults.tx_mode),
        exec_order=first(given["exec_order"], env.exec_order, default=defaults.exec_order),
        revisions_schema=first(given["revisions_schema"], env.revisions_schema, default=None),
        role=first(given["role"], env.role, default=None),
        lock_timeout=first(given["lock_timeout"], env.lock_timeout, default=defaults.lock_timeout),
        lock_retry=given["lock_retry"],
        statement_timeout=given["statement_timeout"],
        wait_for_database=given["wait"],
        contexts=given["contexts"] or env.context,
    )
