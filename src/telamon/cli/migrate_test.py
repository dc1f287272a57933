"""`telamon migrate test`."""

from __future__ import annotations

import click

from telamon.cli.options import dev_option, directory_of, directory_option, load_env, project_options
from telamon.directory import Directory


@click.command("test")
@click.argument("files", nargs=-1)
@directory_option
@dev_option
@click.option("--only", "-k", default="", help="Only tests with this in their names.")
@click.option("--git-base", default=None, help="Also run what is new since this branch onto rows in every table.")
@click.option("--jobs", "-j", type=click.IntRange(1, 16), default=4, show_default=True, help="Tests at a time.")
@project_options
@click.option("--format", "form", type=click.Choice(["text", "json", "junit"]), default="text", help="What to print.")
def command(
    files: tuple[str, ...],
    directory_url: str | None,
    dev: str | None,
    only: str,
    git_base: str | None,
    jobs: int,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Runs tests of migrations: SQL files that say what holds after migrating data from one version to another.

    FILES are files and folders; without any, tests/migrations, or what `tests` in the configuration names.
    """
    from telamon.cli.console import terminal
    from telamon.report.migration_tests import render
    from telamon.scenario.command import Asked, run_asked

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    asked = Asked(files, project.tests, only, git_base, jobs)
    report = run_asked(directory, project.dev_server(dev), asked)
    click.echo(render(report, form, terminal()[0]), nl=False)
    if report.failed:
        click.get_current_context().exit(3)
