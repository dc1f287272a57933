"""`telamon schema drift`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from telamon.cli.console import interactive, note
from telamon.cli.declared import Place, Work, declared_options, execute, place_of, refuse_losses, show_plan
from telamon.cli.options import directory_option, rename_options, wishes_of
from telamon.cli.target_options import first
from telamon.errors import DriftError, UsageError

if TYPE_CHECKING:
    from telamon.directory import Directory
    from telamon.drift import Drift
    from telamon.engine import Planned
    from telamon.generate import Wishes


@click.command("drift")
@click.option("--explain", is_flag=True, help="Show each difference with the SQL both ways.")
@click.option("--adopt", "name", default=None, metavar="NAME", help="Write the drift as a migration that is applied.")
@click.option("--revert", is_flag=True, help="Bring the target back to what its revision says.")
@click.option("--allow-destructive", is_flag=True, help="Revert even if data is lost.")
@click.option("--revisions-schema", default=None, help="The schema of the revision table.")
@directory_option
@declared_options
@rename_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    explain: bool,
    name: str | None,
    revert: bool,
    allow_destructive: bool,
    revisions_schema: str | None,
    directory_url: str | None,
    **given: Any,
) -> None:
    """Compares a target with what its revision says it should be; exit code 6 if it is not.

    What is known and meant is left out by `ignore` in the configuration, with a reason.
    """
    from telamon.directory import Directory
    from telamon.drift import find_drift, intend_revert

    if sum([explain, name is not None, revert]) > 1:
        raise UsageError("--explain, --adopt and --revert exclude each other")
    with place_of(given) as place:
        project = place.project
        directory = Directory.read(first(directory_url, project.dir, default="migrations"))
        directory.check()
        schema = first(revisions_schema, project.revisions_schema, default=None)
        drift = find_drift(place.engine, place.target, directory, ignore=project.ignore, revisions_schema=schema)
        wishes = wishes_of(given["renames"], given["no_rename"], given["using"], project, required=True)
        wishes = replace(wishes, renames=given["renames"])  # the configuration's lead elsewhere
        _notes(drift)
        if name is not None and drift:
            _adopt(place, directory, drift, name, wishes, given)
        elif revert and drift:
            work = Work.at(place, intend_revert(place.engine, place.target, drift, wishes))
            if given["dry_run"]:
                show_plan(work, given["form"], applied=False)
                return
            refuse_losses(work, allowed=allow_destructive)
            execute(work, given, question="Revert?")
        else:
            _show(place, drift, given["form"], explain=explain)
            ctx.exit(DriftError.exit_code if drift else 0)


def _notes(drift: Drift) -> None:
    for text in drift.notes:
        note(text)
    for each in drift.ignored:
        note(f"Ignored: {each} ({each.reason})")
    if not drift:
        note(f"No drift: the target is what {drift.where.version or 'an empty history'} says")


def _show(place: Place, drift: Drift, form: str, *, explain: bool) -> None:
    from telamon.drift import explain_drift
    from telamon.report.drift import drift_as_json, drift_as_text

    explained = explain_drift(place.engine, drift) if explain else ()
    if form == "json":
        click.echo(drift_as_json(drift, explained))
    else:
        click.echo(drift_as_text(drift, explained), nl=False)
    if drift:
        count = len(drift.counting)
        note(
            f"Drift: {count} difference{'s' * (count != 1)} from version {drift.where.version or 'none'}. "
            "--explain shows the SQL, --adopt NAME or --revert ends it, `ignore` in the configuration leaves it."
        )


def _adopt(place: Place, directory: Directory, drift: Drift, name: str, wishes: Wishes, given: dict[str, Any]) -> None:
    from telamon.drift import adopt

    def consent(planned: Planned) -> bool:
        if given["form"] != "json" or given["dry_run"]:
            click.echo(planned.plan.sql(), nl=False)
        if given["dry_run"]:
            return False
        if given["auto_approve"]:
            return True
        if not interactive():
            raise UsageError(
                "There is no terminal on which to ask",
                do="Give --auto-approve to write the migration, or --dry-run to only see it.",
            )
        return click.confirm("Write it, and record it on the target?", err=True)

    done = adopt(
        place.engine, place.target, directory, drift, name, wishes=wishes, options=place.options, consent=consent
    )
    if done is None:
        note("Nothing was done.")
        return
    if given["form"] == "json":
        import json

        click.echo(json.dumps({"file": done.file, "version": done.version, "sql": done.planned.plan.sql()}))
    note(f"Wrote {done.file}; the target is at version {done.version} now")
