"""Quotes, their lines, and what goes with them: discounts, terms, documents and signatures."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    Sequence,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, INET
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import (
    Base,
    Currency,
    Email,
    HubSpotLinked,
    Keyed,
    Money,
    Percent,
    Quantity,
    Timestamped,
    UnitPrice,
    metadata,
)
from crm.models.enums import BillingPeriod, QuoteStatus

# Read by crm.next_quote_number(), the default of quotes.number.
quote_number_seq = Sequence("quote_number_seq", schema="crm", start=1000, cache=1, metadata=metadata)


class Quote(Keyed, Timestamped, Base):
    __tablename__ = "quotes"
    __table_args__ = (
        UniqueConstraint("number", "revision"),
        CheckConstraint("revision > 0", name="revision_positive"),
        CheckConstraint("status NOT IN ('sent', 'accepted') OR sent_at IS NOT NULL", name="sent_has_date"),
        CheckConstraint("decided_at >= sent_at", name="decided_after_sent"),
        Index("ix_quotes_account_id_created_at", "account_id", text("created_at DESC")),
        Index(
            "ix_quotes_open",
            "owner_id",
            "valid_until",
            postgresql_where=text("status IN ('draft', 'in_review', 'sent')"),
        ),
        Index("uq_quotes_accepted_deal", "deal_id", unique=True, postgresql_where=text("status = 'accepted'")),
        {"schema": "crm"},
    )

    number: Mapped[str] = mapped_column(server_default=text("crm.next_quote_number()"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.quotes.id"), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"))
    deal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.deals.id", ondelete="SET NULL"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.contacts.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id"))
    price_book_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.price_books.id"), index=True)
    status: Mapped[QuoteStatus] = mapped_column(server_default=QuoteStatus.DRAFT)
    currency: Mapped[Currency]
    title: Mapped[str]
    term_months: Mapped[int | None] = mapped_column(CheckConstraint("term_months BETWEEN 1 AND 120", name="term_range"))
    billing_period: Mapped[BillingPeriod | None]
    net_total: Mapped[Money] = mapped_column(server_default=text("0"), comment="Kept by a trigger on the line items")
    tax_total: Mapped[Money] = mapped_column(server_default=text("0"))
    gross_total: Mapped[Money] = mapped_column(Computed("net_total + tax_total", persisted=True), nullable=False)
    valid_until: Mapped[dt.date] = mapped_column(server_default=text("CURRENT_DATE + 30"))
    sent_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]

    line_items: Mapped[list["QuoteLineItem"]] = relationship(back_populates="quote", cascade="all, delete-orphan")


class QuoteLineGroup(Base):
    __tablename__ = "quote_line_groups"
    __table_args__ = ({"schema": "crm"},)

    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quotes.id", ondelete="CASCADE"), primary_key=True)
    group_no: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class QuoteLineItem(Keyed, Timestamped, HubSpotLinked, Base):
    __tablename__ = "quote_line_items"
    __table_args__ = (
        UniqueConstraint("quote_id", "line_no", deferrable=True, initially="DEFERRED"),
        ForeignKeyConstraint(
            ["quote_id", "group_no"],
            ["crm.quote_line_groups.quote_id", "crm.quote_line_groups.group_no"],
            deferrable=True,
            initially="IMMEDIATE",
        ),
        CheckConstraint("quantity > 0 OR is_credit", name="quantity_positive"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        Index("ix_quote_line_items_product_id", "product_id", postgresql_include=["quantity", "net_amount"]),
        Index(
            "uq_quote_line_items_hubspot_id",
            "hubspot_id",
            unique=True,
            postgresql_where=text("hubspot_id IS NOT NULL"),
        ),
        {"schema": "crm"},
    )

    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quotes.id", ondelete="CASCADE"))
    line_no: Mapped[int] = mapped_column(comment="Deferred uniqueness: lines can be renumbered in one statement")
    group_no: Mapped[int | None]
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id"))
    price_book_entry_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.price_book_entries.id", ondelete="SET NULL")
    )
    description: Mapped[str | None]
    is_credit: Mapped[bool] = mapped_column(server_default=text("false"))
    quantity: Mapped[Quantity]
    list_price: Mapped[UnitPrice]
    unit_price: Mapped[UnitPrice]
    discount_percent: Mapped[Percent] = mapped_column(server_default=text("0"))
    net_amount: Mapped[Money] = mapped_column(
        Computed("round(quantity * unit_price * (1 - discount_percent / 100), 2)", persisted=True), nullable=False
    )
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    sync_version: Mapped[int] = mapped_column(
        BigInteger, server_default=text("1"), comment="Counts the changes that HubSpot must learn"
    )

    quote: Mapped[Quote] = relationship(back_populates="line_items")


class QuoteLineDiscount(Base):
    __tablename__ = "quote_line_discounts"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="percent_or_amount"),
        {"schema": "crm"},
    )

    line_item_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.quote_line_items.id", ondelete="CASCADE"), primary_key=True
    )
    schedule_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.discount_schedules.id"), primary_key=True, index=True
    )
    percent: Mapped[Percent | None]
    amount: Mapped[Money | None]


class QuoteTerm(Base):
    __tablename__ = "quote_terms"
    __table_args__ = ({"schema": "crm"},)

    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quotes.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    clause: Mapped[str]


class QuoteDocument(Keyed, Base):
    __tablename__ = "quote_documents"
    __table_args__ = (
        UniqueConstraint("quote_id", "sha256"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
        {"schema": "crm"},
    )

    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quotes.id", ondelete="CASCADE"))
    sha256: Mapped[bytes] = mapped_column(BYTEA)
    storage_key: Mapped[str]
    media_type: Mapped[str] = mapped_column(server_default="application/pdf")
    rendered_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class QuoteSignature(Base):
    __tablename__ = "quote_signatures"
    __table_args__ = ({"schema": "crm"},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quote_documents.id"), index=True)
    signer_name: Mapped[str]
    signer_email: Mapped[Email]
    signed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    network_address: Mapped[str | None] = mapped_column(INET)
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class SalesTarget(Base):
    __tablename__ = "sales_targets"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_is_first_day"),
        {"schema": "crm"},
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    currency: Mapped[Currency]
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 2))
