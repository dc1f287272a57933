"""`telamon schema access`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from telamon.cli.options import desired, dev_option, format_option, load_env, project_options, roles_of, source_of
from telamon.errors import UsageError


@click.command("access")
@click.option("--url", "-u", multiple=True, help="The schema: a database's URL or any other source; repeatable.")
@click.option("--from", "from_", multiple=True, help="Tell what changes from this schema; repeatable.")
@click.option("--to", multiple=True, help="To this one; the desired schema of the configuration if not given.")
@click.option("--role", "roles", multiple=True, help="Only of this role; PUBLIC is everybody. Repeatable.")
@dev_option
@project_options
@format_option
def command(
    url: tuple[str, ...],
    from_: tuple[str, ...],
    to: tuple[str, ...],
    roles: tuple[str, ...],
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Tells who may do what, by grants, by memberships and as everybody; with --from, what changes about it.

    PostgreSQL is asked for each role that owns or is granted anything, and for its members. Superusers are left out.
    """
    from telamon.access import change_text, report_text, rights_of
    from telamon.api import major_of
    from telamon.engine import open_engine

    if url and (from_ or to):
        raise UsageError("--url, and --from with --to, exclude each other")
    project = load_env(env, config)
    specs = list(to or desired(to, project)[0]) if from_ or to else list(url or ([project.url] if project.url else []))
    new = source_of(specs, project)
    old = source_of(from_, project) if from_ else None
    major = major_of(new) or (major_of(old) if old else None)
    with open_engine(project.dev_server(dev), roles_of(project), major=major) as engine:
        there = rights_of(engine, new)
        before = rights_of(engine, old) if old else frozenset()
    chosen = [right for right in there if not roles or right.role in roles]
    if old is None:
        rights = sorted(chosen, key=lambda right: right.key)
        text = report_text(rights) if form != "json" else _json([asdict(right) for right in rights])
    else:
        gained = sorted((right for right in chosen if right not in before), key=lambda right: right.key)
        lost = sorted((r for r in before - there if not roles or r.role in roles), key=lambda right: right.key)
        both = {"gained": [asdict(right) for right in gained], "lost": [asdict(right) for right in lost]}
        text = change_text(gained, lost) if form != "json" else _json(both)
    click.echo(text, nl=False)


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
