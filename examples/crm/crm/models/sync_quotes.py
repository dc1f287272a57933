"""Quote lines in HubSpot: what each line looks like there, the changes on their way, and the conflicts met."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Timestamped
from crm.models.enums import OutboxOperation, SyncDirection, SyncStatus


class QuoteLineItemState(Timestamped, Base):
    __tablename__ = "quote_line_item_states"
    __table_args__ = (
        CheckConstraint("acknowledged_version <= sent_version", name="acknowledged_after_sent"),
        {"schema": "sync", "comment": "The last version of a line that each portal was sent, and confirmed"},
    )

    portal_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sync.hubspot_portals.id", ondelete="CASCADE"), primary_key=True
    )
    line_item_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.quote_line_items.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    sent_version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    acknowledged_version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    remote_properties: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class QuoteLineItemOutbox(Base):
    __tablename__ = "quote_line_item_outbox"
    __table_args__ = (
        Index("ix_quote_line_item_outbox_pending", "id", postgresql_where=text("status = 'pending'")),
        Index("ix_quote_line_item_outbox_quote_id", "quote_id"),
        {"schema": "sync", "comment": "Filled by the transaction that changes a line; no foreign key, for deletions"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    line_item_id: Mapped[uuid.UUID]
    quote_id: Mapped[uuid.UUID]
    operation: Mapped[OutboxOperation]
    version: Mapped[int] = mapped_column(BigInteger)
    hubspot_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[SyncStatus] = mapped_column(server_default=SyncStatus.PENDING)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    enqueued_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[dt.datetime | None]


class QuoteLineItemConflict(Base):
    __tablename__ = "quote_line_item_conflicts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["portal_id", "line_item_id"],
            ["sync.quote_line_item_states.portal_id", "sync.quote_line_item_states.line_item_id"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("(resolved_at IS NULL) = (winner IS NULL)", name="resolved_has_winner"),
        CheckConstraint("winner <> 'both'", name="one_winner"),
        Index("ix_quote_line_item_conflicts_open", "portal_id", postgresql_where=text("resolved_at IS NULL")),
        {"schema": "sync"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    portal_id: Mapped[uuid.UUID]
    line_item_id: Mapped[uuid.UUID]
    property_name: Mapped[str]
    ours: Mapped[dict[str, Any] | None]
    theirs: Mapped[dict[str, Any] | None]
    winner: Mapped[SyncDirection | None]
    found_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"))
