"""What `schema apply` and `schema clean` share: the target, the plan that is shown, the consent, the run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from telamon.cli.compat import chosen_form, refused
from telamon.cli.console import interactive, note
from telamon.cli.options import dev_option, format_option, load_env, project_options, scope_of, scope_options
from telamon.cli.target_options import Duration, first, require_url
from telamon.errors import CheckError, UsageError

if TYPE_CHECKING:
    from telamon.apply import Options
    from telamon.apply.events import Event
    from telamon.apply.target import Target
    from telamon.declare import Intent
    from telamon.engine import Engine
    from telamon.project import Env

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Place:
    """A target and the dev server on which plans for it are made."""

    engine: Engine
    target: Target
    project: Env
    options: Options


@dataclass(frozen=True)
class Work(Place):
    """A plan with the target and the dev server that it was made on."""

    intent: Intent

    @classmethod
    def at(cls, place: Place, intent: Intent) -> Work:
        """A plan for this place."""
        return cls(place.engine, place.target, place.project, place.options, intent)


def declared_options(command: Command) -> Command:
    """Adds the options of commands that change a target without a directory."""
    for option in (
        format_option,
        project_options,
        scope_options,
        dev_option,
        click.option("--tx-mode", type=click.Choice(["file", "none"]), default=None,
                     help="One transaction for all, or none.  [default: file]"),
        click.option("--lock-retry", type=Duration(), default="60s", show_default=True,
                     help="How long to go on trying to get a table's lock."),
        click.option("--lock-timeout", type=Duration(), default=None,
                     help="How long to wait for another run.  [default: 10s]"),
        click.option("--auto-approve", is_flag=True, help="Do not ask."),
        click.option("--dry-run", is_flag=True, help="Print the plan; change nothing."),
        click.option("--role", default=None, help="Act as this role (SET ROLE)."),
        click.option("--url", "-u", default=None, help="The target: postgres://user@host:5432/database."),
        refused("--edit", do="Write the plan into a file with --dry-run, edit it, and run it with psql."),
        refused("--plan", do="Plans are not kept: look at it with --dry-run, and give --auto-approve."),
        refused("--include", do="Name schemas with --schema, and leave out the rest with --exclude."),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def intent_of(given: dict[str, Any], intend: Callable[[Engine, Target, Env], Intent]) -> Iterator[Work]:
    """Connects to the target, plans, and keeps the connection while the plan is shown and run.

    Args:
        given: the options of `declared_options`.
        intend: makes the plan.
    """
    with place_of(given) as place:
        yield Work.at(place, intend(place.engine, place.target, place.project))


@contextmanager
def place_of(given: dict[str, Any]) -> Iterator[Place]:
    """Connects to the target and opens a dev server of its version.

    Args:
        given: the options of `declared_options`.
    """
    from telamon.apply import Options
    from telamon.apply.target import connect
    from telamon.engine import open_engine

    project = load_env(given["env"], given["config"])
    given["form"] = chosen_form(given["form"], project, "text", "json")
    url = require_url(given["url"], project)
    defaults = Options()
    options = Options(
        role=first(given["role"], project.role, default=None),
        lock_timeout=first(given["lock_timeout"], project.lock_timeout, default=defaults.lock_timeout),
        lock_retry=given["lock_retry"],
    )
    to: tuple[str, ...] = given.get("to", ())
    configured = all(each.startswith("env://") for each in to)
    scope = scope_of(project, given["schemas"], given["exclude"], url, *to, configured=configured)
    with (
        connect(url, role=options.role) as target,
        open_engine(project.dev_server(given["dev"]), scope, major=target.version // 10000) as engine,
    ):
        yield Place(engine, target, project, options)


def show_plan(work: Work, form: str, *, applied: bool, nothing: str = "") -> None:
    """Prints the plan on stdout and its hazards on stderr.

    Args:
        nothing: what to say when there is nothing to do.
    """
    intent = work.intent
    for warning in intent.warnings:
        note(warning)
    for loss in intent.losses:
        note(f"Hazard: this loses {loss}")
    if form == "json":
        from telamon.report.plan import plan_as_json

        shown = json.loads(plan_as_json(intent.planned.plan))
        losses = [{"what": loss.what, "rows": loss.rows} for loss in intent.losses]
        way = asdict(intent.way) if intent.way else {}
        click.echo(json.dumps({**way, **shown, "losses": losses, "applied": applied}, indent=2))
    elif nothing:
        note(nothing)
    else:
        click.echo(f"-- Planned Changes:\n{intent.planned.plan.sql()}", nl=False)


def refuse_losses(work: Work, *, allowed: bool) -> None:
    """Stops a plan that loses data and was not allowed to, by flag or by the configuration.

    Raises:
        CheckError: says what would be lost.
    """
    policy = "allow" if allowed else work.project.destructive or "refuse"
    if not work.intent.losses or policy == "allow" or (policy == "ask" and interactive()):
        return
    raise CheckError(
        "The plan loses data; nothing was done",
        where="\n".join(map(str, work.intent.losses)),
        do="Look at it with --dry-run. If the data may go, give --allow-destructive.",
    )


def execute(work: Work, given: dict[str, Any], *, question: str) -> None:
    """Shows the plan, asks, and runs it.

    Raises:
        UsageError: nobody can be asked, and --auto-approve was not given.
        TelamonError: as `carry_out` does.
    """
    from telamon.apply.events import StatementDone
    from telamon.cli.progress import TextProgress
    from telamon.declare import carry_out

    form, approved = given["form"], given["auto_approve"]
    if not approved and (form == "json" or not interactive()):
        show_plan(work, "text", applied=False)
        raise UsageError(
            "There is no terminal on which to ask" if form != "json" else "With --format json nobody is asked",
            do="Give --auto-approve to run the plan, or --dry-run to only see it.",
        )
    if form != "json":
        show_plan(work, form, applied=False)
    if not approved and not click.confirm(question, err=True):
        note("Nothing was done.")
        return
    mode = first(given["tx_mode"], "none" if work.project.tx_mode == "none" else None, default="file")
    progress = TextProgress()

    def tell(event: Event) -> None:
        if not isinstance(event, StatementDone):  # all of them were shown before
            progress(event)

    try:
        carry_out(work.intent, work.engine, work.target, work.options, tell, mode)
    finally:
        progress.summary()
    if form == "json":
        show_plan(work, form, applied=True)
    else:
        note(f"Done: {len(work.intent.statements)} statements")
