"""Privileges as values: how they are read, and which statements lead from one state to another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telamon.kinds.base import Server

Privileges = tuple[tuple[str, bool], ...]
"""(privilege, with grant option), sorted."""


def exploded(acl: str) -> str:
    """SQL for an array of {grantee, grantor, privilege, grantable}; the grantee is "" for PUBLIC."""
    return (
        "ARRAY(SELECT ARRAY[coalesce(r.rolname::text, ''), g.rolname::text, a.privilege_type, a.is_grantable::text]"
        # aclexplode takes an empty array for a malformed one.
        f" FROM pg_catalog.aclexplode(CASE WHEN pg_catalog.cardinality({acl}) > 0 THEN {acl} END) a"
        " LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
        " LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor)"
    )


def by_grantee(items: list[list[str]]) -> dict[tuple[str, str], Privileges]:
    """(grantee, grantor) -> privileges."""
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for grantee, grantor, privilege, grantable in items:
        found.setdefault((grantee, grantor), []).append((privilege, grantable == "true"))
    return {key: tuple(sorted(privileges)) for key, privileges in found.items()}


def within(privileges: Privileges, server: Server) -> Privileges:
    """Those that a server knows."""
    return tuple(each for each in privileges if each[0] != "MAINTAIN" or server.major >= 17)


def named(words: Iterable[str]) -> list[str]:
    """The roles in the last words of a grant's identity: "to x", "by y"; PUBLIC and the owner are none."""
    given = [word for word in words if word.startswith(("to ", "by ")) and word not in ("to ", "to the owner")]
    return [word[3:] for word in given]


def union(one: Privileges, other: Privileges) -> Privileges:
    """What two grants give together."""
    both = dict(one)
    for privilege, grantable in other:
        both[privilege] = grantable or both.get(privilege, False)
    return tuple(sorted(both.items()))


def moves(old: Privileges, new: Privileges) -> list[tuple[str, list[str], str]]:
    """(verb, privileges, what follows the grantee) of the statements that lead from one state to the other."""
    have, want = dict(old), dict(new)
    wanted = [
        ("REVOKE", [p for p in have if p not in want], ""),
        ("REVOKE GRANT OPTION FOR", [p for p in want if have.get(p) and not want[p]], ""),
        ("GRANT", [p for p in want if not want[p] and p not in have], ""),
        ("GRANT", [p for p in want if want[p] and not have.get(p)], " WITH GRANT OPTION"),
    ]
    return [move for move in wanted if move[1]]
