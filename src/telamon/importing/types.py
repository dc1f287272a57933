"""A migration of another tool."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Foreign:
    """One migration as another tool has it.

    Args:
        version: what orders it there: numbers, of which the first weighs most.
        written: the version as that tool writes it; "" where it has none that orders.
        description: what it is called besides.
        up: the SQL that goes forward.
        down: the SQL that goes back, "" if there is none.
        transactional: whether that tool runs it in a transaction.
        checkpoint: whether it holds all that stands before it.
        origin: where it comes from, for messages.
    """

    version: tuple[int, ...]
    written: str
    description: str
    up: str
    down: str = ""
    transactional: bool = True
    checkpoint: bool = False
    origin: str = ""


@dataclass(slots=True)
class Found:
    """What was read, in the order in which it runs there.

    Args:
        migrations: in order.
        notes: what could not be taken along, in words.
    """

    migrations: list[Foreign] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
