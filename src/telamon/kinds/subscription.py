"""Subscriptions. Created without connecting; whether one is enabled is for whoever runs the servers to say.

Nothing here talks to the publisher: no slot is made or dropped there, and no table is refreshed.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident, idents, literal

Options = tuple[tuple[str, str], ...]

# A boolean up to PostgreSQL 15.
STREAMING = "CASE substream::text WHEN 'f' THEN 'off' WHEN 'false' THEN 'off' WHEN 'p' THEN 'parallel' ELSE 'on' END"
# (option, column, from which major version, in place from which major version or 0, default)
OPTIONS = (
    ("binary", "subbinary::text", 14, 14, "false"),
    ("streaming", STREAMING, 14, 14, "off"),
    ("synchronous_commit", "subsynccommit", 14, 14, "off"),
    ("two_phase", "(subtwophasestate::text <> 'd')::text", 15, 0, "false"),
    ("disable_on_error", "subdisableonerr::text", 15, 15, "false"),
    ("password_required", "subpasswordrequired::text", 16, 16, "true"),
    ("run_as_owner", "subrunasowner::text", 16, 16, "false"),
    ("origin", "suborigin", 16, 16, "any"),
    ("failover", "subfailover::text", 17, 0, "false"),
)


class SubscriptionSpec(Struct, frozen=True):
    """
    Args:
        connection: None where the reader may not see it.
        slot: None for no slot.
        options: as CREATE SUBSCRIPTION takes them; those that are the default are left out.
    """

    connection: str | None
    slot: str | None
    publications: tuple[str, ...]
    options: Options


class Subscription(Kind):
    name = "subscription"
    present = "SELECT FROM pg_catalog.pg_subscription WHERE subdbid <> 0"
    rank = 73

    def query(self, server: Server) -> str:
        columns = ", ".join(
            f"ARRAY['{name}', {column}, {default!r}]"
            for name, column, since, _, default in OPTIONS
            if server.major >= since
        )
        # Only superusers may read how it connects.
        connection = "subconninfo" if server.superuser else "NULL::text"
        return f"""
            SELECT oid::int8, subname, {connection}, subslotname, ARRAY(SELECT unnest(subpublications) ORDER BY 1),
                   ARRAY[{columns}]
              FROM pg_catalog.pg_subscription
             WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, connection, slot, publications, values in rows:
            options = tuple((option, value) for option, value, default in values if value != default)
            spec = SubscriptionSpec(connection, slot, tuple(publications), options)
            reader.add((self.name, name), spec, ("pg_subscription", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: SubscriptionSpec = fact.spec
        options = ["connect = false", f"slot_name = {literal(spec.slot) if spec.slot is not None else 'NONE'}"]
        options += [f"{name} = {literal(value)}" for name, value in spec.options]
        sql = (
            f"CREATE SUBSCRIPTION {ident(fact.id[1])} CONNECTION {literal(spec.connection or '')}"
            f" PUBLICATION {idents(spec.publications)} WITH ({', '.join(options)})"
        )
        return [Step(sql, f"create subscription {fact.id[1]}, to be enabled and refreshed by hand")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        head, steps = f"ALTER SUBSCRIPTION {ident(fact.id[1])}", []
        slot = fact.spec.slot
        if slot is not None:
            # With a slot, DROP SUBSCRIPTION would connect to the publisher, and could not run in a transaction.
            steps.append(Step(f"{head} DISABLE", f"disable subscription {fact.id[1]}"))
            comment = f"let go of slot {slot}, which stays on the publisher until it is dropped there"
            steps.append(Step(f"{head} SET (slot_name = NONE)", comment))
        loss = f"the replication position of subscription {fact.id[1]}"
        return [*steps, Step(f"DROP SUBSCRIPTION {ident(fact.id[1])}", f"drop subscription {fact.id[1]}", loss=loss)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if None in (before.connection, after.connection):
            before = replace(before, connection=after.connection)
        have, want = dict(before.options), dict(after.options)
        changed = []
        for option, _, _, in_place, default in OPTIONS:
            if have.get(option) != want.get(option):
                if not in_place:
                    return None
                changed.append(f"{option} = {literal(want.get(option, default))}")
        if before.slot != after.slot:
            changed.append(f"slot_name = {literal(after.slot) if after.slot is not None else 'NONE'}")
        clauses = [f"SET ({', '.join(changed)})"] if changed else []
        if before.connection != after.connection:
            clauses.append(f"CONNECTION {literal(after.connection or '')}")
        if before.publications != after.publications:
            clauses.append(f"SET PUBLICATION {idents(after.publications)} WITH (refresh = false)")
        head, comment = f"ALTER SUBSCRIPTION {ident(new.id[1])}", f"alter subscription {new.id[1]}"
        return [Step(f"{head} {clause}", comment) for clause in clauses]
