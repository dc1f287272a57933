"""`telamon migrate apply` and `status` on an environment with many targets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from telamon.cli.console import note
from telamon.errors import TelamonError

if TYPE_CHECKING:
    from telamon.apply import Options
    from telamon.fleet import FleetReport, FleetTarget, Limits, Outcome, StatusLine
    from telamon.project import Env

SHOWN = 5
"""Targets of which the error at the end says more; the lines before it name all."""


def apply_fleet(env: Env, directory: str, options: Options, form: str) -> None:
    """Applies to all targets of an environment.

    Raises:
        TelamonError: some failed, or were left.
    """
    from telamon import fleet

    report = fleet.apply(
        _targets(env, options),
        directory,
        options,
        limits=_limits(env),
        on_outcome=lambda outcome: note(_line(outcome)) if form == "json" else click.echo(_line(outcome)),
    )
    if form == "json":
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        click.echo(report.summary)
    _raise_failures(report)


def status_fleet(env: Env, directory: str, options: Options, form: str) -> None:
    """Tells how far all targets of an environment are.

    Raises:
        TelamonError: of some it could not be found out.
    """
    from telamon import fleet

    found = fleet.status(_targets(env, options), directory, options, limits=_limits(env))
    if form == "json":
        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        for line in found.lines:
            if line.status != "OK" or line.error:
                click.echo(_status_line(line))
        skipped = dict.fromkeys(name for line in found.lines for name in line.skipped)
        if skipped:
            click.echo(f"Left to other contexts: {', '.join(skipped)}")
        click.echo(found.summary)
    unknown = [line for line in found.lines if line.status == "ERROR"]
    if unknown:
        raise TelamonError(f"{len(unknown)} of {len(found.lines)} targets did not tell how far they are")


def _targets(env: Env, options: Options) -> tuple[FleetTarget, ...]:
    from telamon import fleet

    assert env.targets is not None
    return fleet.resolve(env.targets, role=options.role)


def _limits(env: Env) -> Limits:
    from telamon.fleet import Limits

    return Limits(env.canary, env.max_failures, env.per_server)


def _line(outcome: Outcome) -> str:
    from telamon.report.counted import counted

    if outcome.state == "failed":
        done = f"{counted(len(outcome.files), 'migration')}, then " if outcome.files else ""
        return f"{outcome.name}: {done}failed: {outcome.error.splitlines()[0]}"
    if outcome.state == "nothing":
        return f"{outcome.name}: nothing to do"
    return (
        f"{outcome.name}: {counted(len(outcome.files), 'migration')}, {counted(outcome.statements, 'sql statement')}, "
        f"at version {outcome.version or 'none'} ({outcome.seconds:.1f}s)"
    )


def _status_line(line: StatusLine) -> str:
    waiting = f"{len(line.pending) + len(line.out_of_order)} pending"
    unordered = f", out of order: {', '.join(line.out_of_order)}" if line.out_of_order else ""
    error = f", {line.error.splitlines()[0]}" if line.error else ""
    return f"{line.name}: {line.status}, at {line.current or 'no version'}, {waiting}{unordered}{error}"


def _raise_failures(report: FleetReport) -> None:
    failed, left = report.failed, report.left
    if not failed:
        return
    codes = {each.exit_code for each in failed}
    error = TelamonError(
        f"{len(failed)} of {len(report.outcomes)} targets failed" + (f", {len(left)} were left" if left else ""),
        where="\n".join(f"{each.name}: {each.error}" for each in failed[:SHOWN]),
        do="Run the command again when the cause is gone: it does what is left.",
    )
    error.exit_code = codes.pop() if len(codes) == 1 else 1
    raise error
