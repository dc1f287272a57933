"""Opportunities and the pipelines in which they move."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Currency, HubSpotLinked, Keyed, Money, Percent, Timestamped
from crm.models.enums import DealStatus, LeadSource


class Pipeline(Keyed, Timestamped, Base):
    __tablename__ = "pipelines"
    __table_args__ = (
        Index("uq_pipelines_default", text("(true)"), unique=True, postgresql_where=text("is_default")),
        {"schema": "crm"},
    )

    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))


class PipelineStage(Base):
    __tablename__ = "pipeline_stages"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code_is_identifier"),
        {"schema": "crm"},
    )

    pipeline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.pipelines.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    probability: Mapped[Percent]


class Deal(Keyed, Timestamped, HubSpotLinked, Base):
    __tablename__ = "deals"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pipeline_id", "stage_code"],
            ["crm.pipeline_stages.pipeline_id", "crm.pipeline_stages.code"],
            onupdate="CASCADE",
        ),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_when_not_open"),
        CheckConstraint("status <> 'lost' OR lost_reason IS NOT NULL", name="lost_has_reason"),
        Index(
            "ix_deals_open_by_owner",
            "owner_id",
            "expected_close_on",
            postgresql_include=["amount", "currency"],
            postgresql_where=text("status = 'open'"),
        ),
        Index("uq_deals_hubspot_id", "hubspot_id", unique=True, postgresql_where=text("hubspot_id IS NOT NULL")),
        {"schema": "crm"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id"))
    pipeline_id: Mapped[uuid.UUID]
    stage_code: Mapped[str]
    name: Mapped[str]
    status: Mapped[DealStatus] = mapped_column(server_default=DealStatus.OPEN)
    source: Mapped[LeadSource | None]
    amount: Mapped[Money] = mapped_column(server_default=text("0"))
    currency: Mapped[Currency] = mapped_column(server_default="EUR")
    expected_close_on: Mapped[dt.date | None]
    closed_at: Mapped[dt.datetime | None]
    lost_reason: Mapped[str | None]
    custom_fields: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class DealContact(Base):
    __tablename__ = "deal_contacts"
    __table_args__ = (
        Index("uq_deal_contacts_primary", "deal_id", unique=True, postgresql_where=text("is_primary")),
        {"schema": "crm"},
    )

    deal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.deals.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.contacts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str | None]
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))


class DealStageChange(Base):
    __tablename__ = "deal_stage_changes"
    __table_args__ = (
        Index("ix_deal_stage_changes_deal_id_changed_at", "deal_id", "changed_at"),
        {"schema": "crm", "comment": "Written by a trigger on deals; the source of pipeline velocity reports"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    deal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.deals.id", ondelete="CASCADE"))
    from_stage: Mapped[str | None]
    to_stage: Mapped[str]
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
