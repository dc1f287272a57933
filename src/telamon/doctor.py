"""What is wrong with a set-up: configuration, dev server, directory, target, and what the roles on it hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from telamon.errors import TelamonError

if TYPE_CHECKING:
    from telamon.apply.target import Target
    from telamon.holdings import Roles
    from telamon.project import Env

Outcome = Literal["ok", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Args:
        check: its name.
        outcome: `skipped` where there was nothing to look at.
        what: what is so.
        why: what it means, or the server's own words.
        do: the next step; never empty for a problem.
    """

    check: str
    outcome: Outcome
    what: str
    why: str = ""
    do: str = ""

    def to_text(self) -> str:
        """The finding as lines."""
        lines = [f"{self.outcome:<8} {self.check}: {self.what}"]
        lines += [f"           {line}" for part in (self.why, self.do) for line in part.splitlines()]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined.

    Args:
        load: reads the configuration.
        url: the target as the command line has it.
        directory: likewise the migration directory.
        role: the role to act as.
        revisions_schema: the schema of the revision table.
        wait: seconds to wait for the target.
        roles: the names of the roles.
    """

    load: Callable[[], Env]
    roles: Roles
    url: str | None = None
    directory: str | None = None
    role: str | None = None
    revisions_schema: str | None = None
    wait: float = 0.0


def examine(patient: Patient) -> Iterator[Finding]:
    """Looks at everything, one after the other; what cannot be looked at without something else is left out."""
    try:
        project = patient.load()
    except TelamonError as error:
        yield _problem("configuration", error)
        return
    where = f"{project.file}, environment {project.name}" if project.file else "none, the defaults hold"
    yield Finding("configuration", "ok", where)
    yield _directory(patient, project)
    yield from _servers(patient, project)


def _problem(check: str, error: TelamonError) -> Finding:
    why = "\n".join(part for part in (error.where, error.why) if part)
    return Finding(check, "problem", error.what, why, error.do or "Settle that, and look again.")


def _directory(patient: Patient, project: Env) -> Finding:
    from telamon.directory import Directory

    try:
        path = patient.directory or project.dir or "migrations"
        directory = Directory.read(path)
        directory.check()
    except TelamonError as error:
        return _problem("directory", error)
    count = len(directory.files)
    return Finding("directory", "ok", f"{path}, {count} migration{'s' * (count != 1)}, sealed")


def _servers(patient: Patient, project: Env) -> Iterator[Finding]:
    """The target first: the dev server should be of its version."""
    from telamon.apply.target import connect
    from telamon.holdings import examine_roles
    from telamon.states import resolved_one

    major: int | None = None
    try:
        url = resolved_one(patient.url, project) or project.url
        if url is None:
            yield Finding("target", "skipped", "no URL is given", do="Give --url, or url in the configuration.")
        else:
            with connect(url, role=patient.role or project.role, wait=patient.wait) as target:
                major = target.version // 10000
                user = target.connection.info.user
                yield Finding("target", "ok", f"PostgreSQL {major}, reached directly as {user}")
                schema = patient.revisions_schema or project.revisions_schema
                yield from examine_roles(target, patient.roles, schema)
                if project.roles:
                    yield _creation(target)
    except TelamonError as error:
        yield _problem("target", error)
    yield _dev(project, major)


def _creation(target: Target) -> Finding:
    """Whether roles can be managed as the one who migrates."""
    from telamon.quote import ident

    query = "SELECT rolname, rolsuper OR rolcreaterole FROM pg_catalog.pg_roles WHERE rolname = current_user"
    [(user, may)] = target.connection.execute(query).fetchall()
    if may:
        return Finding("managed roles", "ok", f"{user} can create roles")
    why = "`roles` is set in the configuration, so migrations create and change roles."
    do = f"ALTER ROLE {ident(user)} CREATEROLE; or migrate as somebody who may."
    return Finding("managed roles", "problem", f"{user} may not create roles", why, do)


def _dev(project: Env, major: int | None) -> Finding:
    """The dev server as `migrate diff` takes it, which never asks the target for its version."""
    from telamon.dev import open_dev
    from telamon.dev.binaries import installed

    try:
        with open_dev(project.dev_server()) as dev:
            own = dev.version_num // 10000
            if major in (None, own):
                return Finding("dev server", "ok", dev.description)
            do = f"Install PostgreSQL {major}, name its binaries by TELAMON_POSTGRES, or give dev a URL."
            if project.dev.startswith("embedded") and any(each.major == major for each in installed()):
                do = f'Write dev = "embedded/{major}" into the configuration; PostgreSQL {major} is on this machine.'
            return Finding(
                "dev server",
                "problem",
                f"{dev.description}, and the target is PostgreSQL {major}",
                "Migrations are proved on another version than the one on which they run.",
                do,
            )
    except TelamonError as error:
        return _problem("dev server", error)
