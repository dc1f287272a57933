"""People at the accounts, what they agreed to, and what was said to them."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.accounts import Account
from crm.models.base import Base, Email, HubSpotLinked, Keyed, Timestamped
from crm.models.enums import ActivityKind, LeadSource, LifecycleStage


class Contact(Keyed, Timestamped, HubSpotLinked, Base):
    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("account_id", "email"),
        CheckConstraint("email IS NOT NULL OR family_name IS NOT NULL", name="email_or_name"),
        Index("ix_contacts_full_name_lower", text("lower(full_name)")),
        Index("ix_contacts_owner_id_stage", "owner_id", "stage", postgresql_where=text("archived_at IS NULL")),
        Index("ix_contacts_email", "email"),
        Index("uq_contacts_hubspot_id", "hubspot_id", unique=True, postgresql_where=text("hubspot_id IS NOT NULL")),
        {"schema": "crm", "comment": "People at an account; in HubSpot they may also stand alone"},
    )

    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    given_name: Mapped[str | None]
    family_name: Mapped[str | None]
    full_name: Mapped[str] = mapped_column(
        Computed("btrim(coalesce(given_name, '') || ' ' || coalesce(family_name, ''))", persisted=True),
        nullable=False,
    )
    email: Mapped[Email | None]
    job_title: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="en")
    source: Mapped[LeadSource | None]
    stage: Mapped[LifecycleStage] = mapped_column(server_default=LifecycleStage.LEAD)
    archived_at: Mapped[dt.datetime | None]

    account: Mapped[Account | None] = relationship(back_populates="contacts", foreign_keys=[account_id])


class ContactConsent(Base):
    __tablename__ = "contact_consents"
    __table_args__ = (
        Index(
            "uq_contact_consents_current",
            "contact_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("withdrawn_at >= granted_at", name="withdrawn_after_granted"),
        {"schema": "crm", "comment": "Kept as evidence: consent is withdrawn, never deleted"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.contacts.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    granted_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[dt.datetime | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ContactMerge(Base):
    __tablename__ = "contact_merges"
    __table_args__ = ({"schema": "crm", "comment": "Identifiers of contacts that were merged into another one"},)

    merged_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.contacts.id", ondelete="CASCADE"), index=True)
    merged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    merged_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    snapshot: Mapped[dict[str, Any]]


class Activity(Keyed, Timestamped, Base):
    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, contact_id, deal_id) >= 1", name="about_something"),
        Index("ix_activities_account_id_occurred_at", "account_id", text("occurred_at DESC")),
        Index("ix_activities_contact_id_occurred_at", "contact_id", text("occurred_at DESC")),
        Index("ix_activities_details", "details", postgresql_using="gin", postgresql_ops={"details": "jsonb_path_ops"}),
        {"schema": "crm"},
    )

    kind: Mapped[ActivityKind]
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.contacts.id", ondelete="SET NULL"))
    deal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.deals.id", ondelete="SET NULL"), index=True)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    subject: Mapped[str]
    body: Mapped[str | None]
    occurred_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    duration_minutes: Mapped[int | None] = mapped_column(
        CheckConstraint("duration_minutes > 0", name="duration_positive")
    )
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
