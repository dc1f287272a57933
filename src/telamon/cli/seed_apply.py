"""`telamon seed apply`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from telamon.cli.console import note
from telamon.cli.seed_options import Place, place_of, seed_options

if TYPE_CHECKING:
    from telamon.seeding.load import Progress


@click.command("apply")
@seed_options
@click.option("--force", is_flag=True, help="Load files that did not change, too.")
@click.option("--fake", type=click.IntRange(1), default=None, help="Make up rows, so that each table has so many.")
@click.option("--fake-seed", type=int, default=0, show_default=True, help="Another number, other rows.")
def command(form: str, force: bool, fake: int | None, fake_seed: int, **given: Any) -> None:
    """Loads the files of seeds/ that are new or changed into a target; with --fake, makes rows up besides.

    Rows are upserted by primary or unique key, in the order of foreign keys, in one transaction.
    """
    from telamon.seeding import apply_seeds

    place = place_of(given, force=force)
    reports = []
    if fake is None or place.folder.is_dir():
        with _progress() as progress:
            reports = apply_seeds(place.url, place.folder, place.options, progress)
    if form != "json":
        for report in reports:
            rows = f", {report.rows} row{'s' * (report.rows != 1)}" if report.outcome == "loaded" else ""
            click.echo(f"{report.file}: {report.outcome}{rows}")
    faked = _fake(place, fake, fake_seed, form) if fake else []
    if form == "json":
        click.echo(json.dumps({"files": [report.to_json() for report in reports], "fake": faked}, indent=2))


def _fake(place: Place, count: int, seed: int, form: str) -> list[dict[str, Any]]:
    from telamon.seeding.fake import fake

    found = fake(place.url, count, place.options, seed=seed)
    for each in found:
        if form != "json":
            click.echo(f"{each.table}: {each.rows} made up")
        if each.missing:
            note(f"{each.table}: {each.missing} could not be made up: {each.refusal or 'they are there already'}")
    return [{"table": each.table, "rows": each.rows, "missing": each.missing} for each in found]


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal; nothing elsewhere."""
    from telamon.seeding.apply import quiet

    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield show
