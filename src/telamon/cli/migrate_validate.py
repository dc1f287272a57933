"""`telamon migrate validate`."""

from __future__ import annotations

from typing import Any

import click

from telamon.cli.console import note
from telamon.cli.options import directory_of, directory_option, format_option, load_env, project_options
from telamon.directory import Directory
from telamon.errors import TelamonError


@click.command("validate")
@directory_option
@project_options
@click.option("--dev-url", "dev", default=None, help="The dev database on which the directory is replayed.")
@click.option("--no-replay", is_flag=True, help="Check the files only, without a database.")
@format_option
def command(
    directory_url: str | None, env: str | None, config: str | None, dev: str | None, no_replay: bool, form: str
) -> None:
    """Checks the directory: its sum file, its versions, its texts, and that it replays on the dev database."""
    directory = Directory.read(directory_of(directory_url, config, env))
    warnings = [warning for file in directory.files for warning in file.warnings()]
    try:
        _check(directory, load_env(env, config).dev_server(dev), replay=not no_replay)
    except TelamonError as error:
        _show(form, {"ok": False, "files": len(directory.files), "warnings": warnings, "error": _as_json(error)})
        raise
    _show(form, {"ok": True, "files": len(directory.files), "warnings": warnings})
    if form == "text":
        for warning in warnings:
            note(f"Warning: {warning}")
        from telamon.report.counted import counted

        seen = "sealed and in order" if no_replay else "sealed, in order, replayed"
        note(f"{directory.path}: {counted(len(directory.files), 'migration')}, {seen}")


def _check(directory: Directory, dev: str | None, replay: bool) -> None:
    directory.check()
    for file in directory.executable():
        file.check()
    if replay:
        import importlib

        importlib.import_module("telamon.replay").replay_directory(directory, dev)


def _as_json(error: TelamonError) -> dict[str, Any]:
    from telamon.directory.verify import SumError

    found: dict[str, Any] = {"what": error.what, "where": error.where, "why": error.why, "do": error.do}
    if isinstance(error, SumError) and (first := error.difference):
        found |= {
            "Line": first.line,
            "Total": first.total,
            "Pos": first.pos,
            "File": first.file,
            "Reason": first.reason,
        }
    return found


def _show(form: str, result: dict[str, Any]) -> None:
    if form == "json":
        import json

        click.echo(json.dumps(result, ensure_ascii=False))
