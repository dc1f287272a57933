"""Event triggers. They watch the plan itself: dropped before everything else, created after it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact
from telamon.kinds.base import Aside, Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.trigger import STATES
from telamon.quote import ident, literal


class EventTriggerSpec(Struct, frozen=True):
    """
    Args:
        function: (schema, name).
        tags: sorted; all commands when empty.
        written: the tags in their order, which means nothing.
    """

    event: str
    function: tuple[str, str]
    tags: tuple[str, ...]
    enabled: str
    written: Aside[tuple[str, ...]] = Aside(())


class EventTrigger(Kind):
    name = "event_trigger"
    present = made("pg_event_trigger")
    rank = 95

    def query(self, server: Server) -> str:
        return """
            SELECT e.oid::int8, e.evtname, e.evtevent, n.nspname, p.proname, e.evttags, e.evtenabled::text
              FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, event, schema, function, tags, enabled in rows:
            if not reader.is_member("pg_event_trigger", oid):
                spec = EventTriggerSpec(
                    event, (schema, function), tuple(sorted(tags or ())), enabled, Aside(tuple(tags or ()))
                )
                reader.add((self.name, name), spec, ("pg_event_trigger", oid))

    def phase(self, operation: str) -> int:
        return self.FIRST if operation == "drop" else self.LAST

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: EventTriggerSpec = fact.spec
        tags = f" WHEN TAG IN ({', '.join(literal(tag) for tag in spec.written.value)})" if spec.tags else ""
        sql = f"CREATE EVENT TRIGGER {ident(fact.id[1])} ON {ident(spec.event)}{tags}"
        sql += f" EXECUTE FUNCTION {ctx.name(*spec.function)}()"
        steps = [Step(sql, f"create event trigger {fact.id[1]}")]
        return steps if spec.enabled == "O" else steps + self.state(fact)

    def state(self, fact: Fact) -> list[Step]:
        word = STATES[fact.spec.enabled]
        sql = f"ALTER EVENT TRIGGER {ident(fact.id[1])} {word}"
        return [Step(sql, f"{word.lower()} event trigger {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP EVENT TRIGGER {ident(fact.id[1])}", f"drop event trigger {fact.id[1]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.state(new) if replace(old.spec, enabled=new.spec.enabled) == new.spec else None
