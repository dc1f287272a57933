"""How far each HubSpot portal has been synchronised, with which mapping, and what went wrong."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Keyed, Timestamped
from crm.models.enums import HubspotObject, SyncDirection, SyncStatus


class HubSpotPortal(Keyed, Timestamped, Base):
    __tablename__ = "hubspot_portals"
    __table_args__ = (
        CheckConstraint("portal_number > 0", name="portal_number_positive"),
        {"schema": "sync"},
    )

    portal_number: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str]
    secret_name: Mapped[str] = mapped_column(comment="Where the token is kept; the token itself never comes here")
    is_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    requests_per_second: Mapped[int] = mapped_column(server_default=text("10"))


class HubSpotCursor(Timestamped, Base):
    __tablename__ = "hubspot_cursors"
    __table_args__ = (
        CheckConstraint("(locked_by IS NULL) = (locked_until IS NULL)", name="lock_is_whole"),
        {"schema": "sync", "postgresql_with": {"fillfactor": 70}},
    )

    portal_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sync.hubspot_portals.id", ondelete="CASCADE"), primary_key=True
    )
    object_type: Mapped[HubspotObject] = mapped_column(primary_key=True)
    direction: Mapped[SyncDirection] = mapped_column(primary_key=True)
    position: Mapped[str | None]
    locked_by: Mapped[str | None]
    locked_until: Mapped[dt.datetime | None]


class HubSpotPropertyMapping(Keyed, Timestamped, Base):
    __tablename__ = "hubspot_property_mappings"
    __table_args__ = (
        UniqueConstraint("portal_id", "object_type", "property_name", "direction"),
        CheckConstraint("(transform = 'enum') = (enum_set_id IS NOT NULL)", name="enum_has_set"),
        CheckConstraint("transform IN ('none', 'trim', 'lower', 'date', 'enum')", name="known_transform"),
        {"schema": "sync"},
    )

    portal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sync.hubspot_portals.id", ondelete="CASCADE"))
    object_type: Mapped[HubspotObject]
    property_name: Mapped[str]
    column_name: Mapped[str]
    direction: Mapped[SyncDirection] = mapped_column(server_default=SyncDirection.BOTH)
    transform: Mapped[str] = mapped_column(server_default="none")
    enum_set_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sync.enum_mapping_sets.id"), index=True)


class HubSpotSyncRun(Base):
    __tablename__ = "hubspot_sync_runs"
    __table_args__ = (
        CheckConstraint("finished_at >= started_at", name="finished_after_started"),
        Index("ix_hubspot_sync_runs_portal_id_started_at", "portal_id", text("started_at DESC")),
        Index(
            "uq_hubspot_sync_runs_running",
            "portal_id",
            "object_type",
            "direction",
            unique=True,
            postgresql_where=text("status = 'running'"),
        ),
        {"schema": "sync"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    portal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sync.hubspot_portals.id", ondelete="CASCADE"))
    object_type: Mapped[HubspotObject]
    direction: Mapped[SyncDirection]
    status: Mapped[SyncStatus] = mapped_column(server_default=SyncStatus.PENDING)
    started_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[dt.datetime | None]
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_written: Mapped[int] = mapped_column(server_default=text("0"))


class HubSpotSyncFailure(Base):
    __tablename__ = "hubspot_sync_failures"
    __table_args__ = (
        Index(
            "ix_hubspot_sync_failures_retry",
            "retry_at",
            postgresql_where=text("resolved_at IS NULL"),
        ),
        {"schema": "sync"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync.hubspot_sync_runs.id", ondelete="CASCADE"), index=True)
    hubspot_id: Mapped[int | None] = mapped_column(BigInteger)
    row_id: Mapped[uuid.UUID | None]
    message: Mapped[str]
    response: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(server_default=text("1"))
    retry_at: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None]


class HubSpotWebhookEvent(Base):
    __tablename__ = "hubspot_webhook_events"
    __table_args__ = (
        Index("ix_hubspot_webhook_events_unprocessed", "received_at", postgresql_where=text("processed_at IS NULL")),
        {"schema": "sync"},
    )

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    portal_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sync.hubspot_portals.id", ondelete="CASCADE"), primary_key=True
    )
    subscription: Mapped[str]
    hubspot_id: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    processed_at: Mapped[dt.datetime | None]
