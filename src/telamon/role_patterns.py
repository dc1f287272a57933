"""Which roles are managed: patterns over their names, from the configuration or a flag."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from telamon.errors import UsageError

OWN = (
    "postgres",
    *(
        f"pg_{name}"
        for name in (
            "checkpoint", "create_subscription", "database_owner", "execute_server_program", "maintain", "monitor",
            "read_all_data", "read_all_settings", "read_all_stats", "read_server_files", "signal_autovacuum_worker",
            "signal_backend", "stat_scan_tables", "use_reserved_connections", "write_all_data", "write_server_files",
        )
    ),
)  # fmt: skip
"""The server's own roles."""


def is_managed(name: str, patterns: Sequence[str]) -> bool:
    """Whether a role is one of those that the description of the schema manages."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def checked(patterns: Sequence[str], where: str) -> tuple[str, ...]:
    """The patterns, unless one of them means the server's own roles.

    Raises:
        UsageError: one does, or is empty.
    """
    for pattern in patterns:
        own = next((name for name in OWN if fnmatchcase(name, pattern)), "pg_*" if pattern.startswith("pg_") else "")
        if own or not pattern:
            raise UsageError(
                f'The pattern of roles "{pattern}" matches {own}' if own else "A pattern of roles is empty",
                where=where,
                why="That role is the server's own: a plan that changed or dropped it would lock people out."
                if own
                else "",
                do='Name the roles that the description creates, as in roles = ["app_*", "schema_admin"].',
            )
    return tuple(patterns)


def dev_with_roles(spec: str) -> str:
    """The dev server on which roles can be tried: one that makes a server for each database.

    Raises:
        UsageError: it is not an embedded one.
    """
    name, slash, wanted = spec.partition("/")
    if name in ("embedded", "alone") and "://" not in spec:
        return f"alone{slash}{wanted}"
    raise UsageError(
        "Roles can be managed only with the embedded dev server",
        where=spec,
        why="Roles belong to a whole server, so each state is tried on a server of its own, which Telamon starts.",
        do='Write dev = "embedded" or dev = "embedded/16", or take `roles` out of the configuration.',
    )
