"""`telamon migrate lint`."""

from __future__ import annotations

import click

from telamon.cli.console import note, terminal
from telamon.cli.options import dev_option, directory_of, directory_option, load_env, project_options


@click.command("lint")
@click.argument("files", nargs=-1)
@click.option("--latest", type=click.IntRange(min=1), default=None, help="Judge the last so many files.")
@click.option("--git-base", default=None, help="Judge the files that this branch or commit has not.")
@click.option("--since", default=None, help="Judge the file of this version and those after it.")
@click.option("--fix", is_flag=True, help="Write the safe way where it is known: prove it, and seal the directory.")
@click.option("--url", "-u", default=None, help="The target, which is only read: forecast how long things take there.")
@click.option(
    "--stats",
    "stats_file",
    type=click.Path(dir_okay=False),
    default=None,
    help="Forecast from this file, which telamon schema stats wrote.",
)
@directory_option
@dev_option
@project_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github", "gitlab", "junit"]),
    default="text",
    help="What to print.",
)
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    latest: int | None,
    git_base: str | None,
    since: str | None,
    fix: bool,
    url: str | None,
    stats_file: str | None,
    directory_url: str | None,
    dev: str | None,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Judges migrations that are not merged yet: replays them on the dev database and looks at what they do.

    Without FILES these are the files that the base branch has not: the one that CI names, else the default branch. Exit
    code 3 says that there are errors.

    --fix splits files: indexes are built concurrently in files of their own, constraints are added NOT VALID and
    validated later, NOT NULL is proved by a CHECK. The result must be the same schema; else nothing is written.

    With --url or --stats each finding about tables that are there already has a forecast: how long it takes at the
    target's size.
    """
    from telamon.cli.schema_stats import stats_of
    from telamon.directory import Directory
    from telamon.errors import CheckError
    from telamon.lint.judge import lint
    from telamon.lint.select import select
    from telamon.lint.settings import read_settings
    from telamon.report.lint import render

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    directory.verify()
    if project.atlas and not (files or latest is not None or git_base or since):
        # As in Atlas, a branch goes before a number.
        git_base = project.atlas.lint.git_base or None
        latest = None if git_base else project.atlas.lint.latest
    chosen = select(directory, files=files, latest=latest, git_base=git_base, after=since)
    settings, server = read_settings(project), project.dev_server(dev)
    stats = stats_of(url, stats_file, project)
    if fix:
        from telamon.lint.fix import fix as fixed

        done = fixed(directory, chosen, server, settings)
        directory, chosen = done.directory, done.selection
        for old, new in done.written:
            note(f"Rewritten: {old} is now {', '.join(new)}")
    report = lint(chosen, server, settings, stats)
    click.echo(render(report, form, *terminal()), nl=False)
    if report.failed:
        ctx.exit(CheckError.exit_code)
