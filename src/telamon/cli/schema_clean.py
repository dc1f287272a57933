"""`telamon schema clean`."""

from __future__ import annotations

from typing import Any

import click

from telamon.cli.declared import declared_options, execute, intent_of, show_plan


@click.command("clean")
@declared_options
def command(**given: Any) -> None:
    """Drops everything in a target, the revision table included; only the empty schema public stays."""
    from telamon.declare import intend_clean

    with intent_of(given, lambda engine, target, project: intend_clean(engine, target)) as work:
        if not work.intent:
            show_plan(work, given["form"], applied=False, nothing="Nothing to drop")
            return
        if given["dry_run"]:
            show_plan(work, given["form"], applied=False)
            return
        # That data goes is what was asked for: no further flag is needed.
        execute(work, given, question="Drop all of this?")
