"""A schema that was read from a server of one major version, in the words of another: no two write views alike.

PostgreSQL translates: what was read is built on the dev server and read there again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import Struct

from telamon.catalog.facts import Catalog, among, title
from telamon.catalog.roles import ensure_shared
from telamon.catalog.scoped import read_scope
from telamon.dev import Dev
from telamon.diff import diff
from telamon.errors import TelamonError
from telamon.kinds import BY_NAME
from telamon.kinds.base import Server
from telamon.plan import make_plan
from telamon.prove import ROUNDS, Failed, execute
from telamon.scope import Scope


def major(catalog: Catalog) -> int:
    """The major version of the server from which a catalog was read."""
    return catalog.version_num // 10000


def common(one: Catalog, other: Catalog) -> tuple[Catalog, Catalog]:
    """Two catalogs without what the older of their servers has nothing like, as a privilege of later ones."""
    server = Server(min(one.version_num, other.version_num))

    def within(catalog: Catalog) -> Catalog:
        kept = {id: known for id, fact in catalog.facts.items() if (known := BY_NAME[id[0]].within(fact, server))}
        return replace(catalog, facts=among(kept), _children={})

    return within(one), within(other)


def translated(catalog: Catalog, dev: Dev, scope: Scope, server: Server) -> Catalog:
    """The catalog as the dev server would tell it; itself, where that is of the same major version.

    Args:
        server: what the dev server can do.

    Raises:
        TelamonError: the dev server cannot hold what the other one does: it is older, or an extension is missing.
    """
    if major(catalog) == server.major:
        return catalog
    with dev.create() as database, database.connect() as connection:
        ensure_shared(connection, catalog)
        reached = read_scope(connection, scope)
        for _ in range(ROUNDS):
            plan = make_plan(reached, catalog, server)
            if not plan:
                break
            try:
                execute(plan, connection, all(step.transactional for step in plan.steps))
            except Failed as failure:
                error = _untranslatable(catalog, dev, failure.statement, str(failure.error))
                if scope.limited:
                    error.do += "\nIf it names what is out of scope: compare without --schema and --exclude."
                raise error from failure
            before, reached = reached, read_scope(connection, scope)
            if before.digest() == reached.digest():
                break  # what differs now is said in other words, however often it is said
    left = diff(reached, catalog)
    facts = reached.facts, catalog.facts
    other = [id for id in left.altered if not _reworded(facts[0][id].spec, facts[1][id].spec)]
    if rest := (*left.added, *left.removed, *other):
        raise _untranslatable(catalog, dev, "\n".join(map(title, rest[:12])), "It came out differently there.")
    return replace(reached, unmanaged=catalog.unmanaged, user=catalog.user)


def _reworded(one: Any, other: Any) -> bool:
    """Whether two specs differ in texts only."""
    if one == other or (isinstance(one, str) and isinstance(other, str)):
        return True
    if isinstance(one, Struct) and type(one) is type(other):
        return all(_reworded(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return all(map(_reworded, one, other))
    return False


def _untranslatable(catalog: Catalog, dev: Dev, where: str, why: str) -> TelamonError:
    own, there = major(catalog), dev.version_num // 10000
    do = "Install on the dev server what is missing, or name another one with --dev-url."
    if own > there:
        do = f"Compare on the newer of the two, where what only that has can be shown: --dev-url embedded/{own}"
    return TelamonError(
        f"A schema of PostgreSQL {own} cannot be brought into the words of PostgreSQL {there}, to be compared",
        where=where,
        why=f"{why}\nThe dev server is {dev.description}.",
        do=do,
    )
