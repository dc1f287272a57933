"""The Python API. `import telamon` gives all of it: `telamon.diff`, `telamon.Project`, `telamon.apply`.

    plan = telamon.diff("old.sql", "new.sql")
    print(plan.sql(), plan.losses, plan.unmanaged)

    project = telamon.Project(env="prod")
    project.migrate_diff("add_phone")
    project.validate()
    project.apply()

Whatever goes wrong is a `telamon.TelamonError` with `what`, `where`, `why`, `do` and the command line's `exit_code`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from telamon.directory import Directory
from telamon.errors import TelamonError, UsageError
from telamon.generate import Wishes, Written
from telamon.generate import migrate_diff as write_migration
from telamon.project import load_project
from telamon.role_patterns import checked
from telamon.scope import Scope
from telamon.sources import DatabaseSource, Source, open_source

if TYPE_CHECKING:
    from telamon.apply import ApplyReport, Options, Status
    from telamon.apply.events import Event
    from telamon.engine import Planned
    from telamon.plan import Plan

__all__ = ["Project", "TelamonError", "apply", "diff"]

Spec = str | Sequence[str]
"""A source, or several that are merged: `schema.sql`, `file://folder`, `postgres://...`, `sqlalchemy://module:metadata`,
and whatever else `telamon.sources.open_source` takes."""


def diff(
    old: Spec,
    new: Spec,
    *,
    dev: str = "embedded",
    schemas: Sequence[str] = (),
    exclude: Sequence[str] = (),
    renames: Sequence[str] = (),
    no_rename: bool = True,
    using: Sequence[str] = (),
    roles: Sequence[str] = (),
    database_settings: bool = False,
    prove: bool = False,
) -> Planned:
    """Plans the way from one schema to another; changes neither.

    Args:
        old: the current schema.
        new: the desired one.
        dev: the dev server, on which SQL is tried: `embedded`, `postgres://...` or `docker://postgres/16/dev`.
        schemas: look only at these; at all if empty.
        exclude: patterns of what is left alone, as `table:public.tmp_*`.
        roles: patterns of the roles that are managed, as `app_*`; none if empty.
        database_settings: whether the settings, the comment and the grants of the database itself are managed.
        renames: `table:old=new` or `column:table.old=new`.
        no_rename: take nothing else for a rename. If False, candidates are an error unless `renames` decide them.
        using: conversions of columns, `column:table.column=expression`.
        prove: execute the plan on a dev copy of `old` and compare.

    Returns:
        the plan: `.sql()`, `.losses`, `.plan.steps`, `.unmanaged`, `.proof`; false where there is nothing to do.

    Raises:
        TelamonError: a source does not load, the plan cannot be made or, with `prove`, does not lead there.
    """
    from telamon.engine import open_engine, plan_between

    sources = open_source(old), open_source(new)
    wishes = Wishes(tuple(renames), no_rename, tuple(using), required=not no_rename)
    scope = Scope(tuple(schemas), tuple(exclude), roles=checked(roles, "roles"), database=database_settings)
    with open_engine(dev, scope, major=major_of(*sources)) as engine:
        return plan_between(engine, *sources, wishes, proved=prove)


def apply(
    url: str,
    directory: Directory | Path | str,
    options: Options | None = None,
    *,
    on_event: Callable[[Event], None] = lambda event: None,
) -> ApplyReport:
    """Runs the pending files of a migration directory on a target.

    Args:
        url: of the target, postgres://...
        directory: where the migrations are.
        options: `telamon.Options`: dry run, transaction mode, waiting times and more; None for the defaults.
        on_event: is told everything as it happens (`telamon.apply.events`), partly from another thread.

    Returns:
        what was done.

    Raises:
        TelamonError: the directory is not as sealed, the target cannot be used, a statement failed, a lock was not
            to be had.
    """
    from telamon.apply.runner import apply as run

    return run(url, directory, options, on_event=on_event)


class Project:
    """A project as its configuration describes it.

    Args:
        config: the file; `telamon.toml` or `pyproject.toml` is looked for from the working directory up if None.
        env: the environment in it; `local`, or the only one, if None.

    Raises:
        UsageError: the file or the environment is not there, or is not understood.
    """

    def __init__(self, config: str | Path | None = None, env: str | None = None) -> None:
        self.env = load_project(None if config is None else str(config), env)

    @property
    def directory(self) -> Path:
        """The migration directory."""
        return Path(self.env.dir or "migrations")

    @property
    def scope(self) -> Scope:
        """What is managed."""
        return Scope(self.env.schemas, self.env.exclude, roles=self.env.roles, database=self.env.database_settings)

    def source(self) -> Source:
        """The desired schema.

        Raises:
            UsageError: the configuration names none.
            TelamonError: it cannot be read.
        """
        if not self.env.src:
            raise UsageError("The project names no desired schema", do='Set src = "..." in telamon.toml.')
        return open_source(self.env.src, base=self.env.base, python=self.env.python)

    def migrate_diff(
        self,
        name: str = "",
        *,
        renames: Sequence[str] = (),
        no_rename: bool = False,
        using: Sequence[str] = (),
        consent: Callable[[Plan], bool] | None = None,
    ) -> Written:
        """Writes the migration from the directory to the desired schema, proved and sealed.

        Args:
            name: of the file, after its version.
            renames, using: as in `telamon.diff`, added to the configuration's.
            no_rename: take nothing else for a rename; otherwise open questions are an error that names them.
            consent: asked before a plan that loses data is written. None: `destructive = "refuse"` refuses, else yes.

        Returns:
            `.file`, None where nothing was to be done, and `.planned` with `.unmanaged`.

        Raises:
            CheckError: the directory is not as sealed or does not replay, or losing data is refused.
            TelamonError: the schema does not load, the plan cannot be made or proved, the file cannot be written.
        """
        wishes = Wishes((*self.env.renames, *renames), no_rename, tuple(using), required=True)
        return write_migration(
            Directory.read(self.directory, missing_ok=True),
            self.source(),
            name,
            dev=self.env.dev_server(),
            scope=self.scope,
            wishes=wishes,
            consent=consent or self._consent,
        )

    def validate(self, *, replay: bool = True) -> None:
        """Checks the directory: its sum file, its order and, unless `replay` is False, that it replays.

        Raises:
            CheckError: names what is wrong, with file and line.
        """
        directory = Directory.read(self.directory)
        directory.check()
        if replay:
            from telamon.replay import replay_directory

            replay_directory(directory, self.env.dev_server())

    def status(self, url: str | None = None) -> Status:
        """How far a target is.

        Args:
            url: of the target; the configuration's if None.

        Raises:
            TelamonError: the target cannot be read.
        """
        from telamon.apply.status import status

        env = self.env
        return status(
            self._url(url), self.directory, revisions_schema=env.revisions_schema, role=env.role,
            exec_order=env.exec_order, baseline=env.baseline, contexts=env.context,
        )  # fmt: skip

    def apply(
        self,
        url: str | None = None,
        options: Options | None = None,
        *,
        on_event: Callable[[Event], None] = lambda event: None,
    ) -> ApplyReport:
        """Runs pending migrations on a target.

        Args:
            url: of the target; the configuration's if None.
            options: as in `telamon.apply`; what the configuration says if None.
            on_event: as in `telamon.apply`.

        Raises:
            TelamonError: as `telamon.apply` does.
        """
        return apply(self._url(url), self.directory, options or self.options(), on_event=on_event)

    def options(self) -> Options:
        """How apply is run, as the configuration says."""
        from telamon.apply import Options

        env, defaults = self.env, Options()
        return Options(
            baseline=env.baseline,
            tx_mode=env.tx_mode,
            exec_order=env.exec_order,
            revisions_schema=env.revisions_schema,
            role=env.role,
            contexts=env.context,
            lock_timeout=defaults.lock_timeout if env.lock_timeout is None else env.lock_timeout,
        )

    def _url(self, url: str | None) -> str:
        found = url or self.env.url
        if not found:
            raise UsageError("Which target?", do="Give its url, or set url in telamon.toml.")
        return found

    def _consent(self, plan: Plan) -> bool:
        if self.env.destructive == "refuse":
            from telamon.errors import CheckError

            raise CheckError(
                "The migration would lose data, and the configuration refuses that",
                where="\n".join(plan.losses),
                do='Change the schema, or set destructive = "ask" or "allow".',
            )
        return True


def major_of(*sources: object) -> int | None:
    """The major version of the first database among the sources: SQL is best tried on the same."""
    for source in sources:
        if isinstance(source, DatabaseSource):
            from telamon.engine import server_major

            return server_major(source.url)
    return None
