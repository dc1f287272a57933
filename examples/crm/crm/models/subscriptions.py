"""What customers have bought and keep using: contracts, subscriptions, usage."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Currency, Keyed, Percent, Quantity, Timestamped, UnitPrice
from crm.models.enums import BillingPeriod, SubscriptionStatus


class Contract(Keyed, Timestamped, Base):
    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("NOT isempty(term)", name="term_not_empty"),
        Index("ix_contracts_term", "term", postgresql_using="gist"),
        {"schema": "billing"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"), index=True)
    quote_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.quotes.id"), unique=True)
    term: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    auto_renews: Mapped[bool] = mapped_column(server_default=text("true"))
    notice_days: Mapped[int] = mapped_column(server_default=text("30"))
    signed_at: Mapped[dt.datetime | None]


class Subscription(Keyed, Timestamped, Base):
    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_date"),
        Index(
            "ix_subscriptions_renewal", "current_period_end", postgresql_where=text("status IN ('active', 'past_due')")
        ),
        {"schema": "billing"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"), index=True)
    contract_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("billing.contracts.id"), index=True)
    status: Mapped[SubscriptionStatus] = mapped_column(server_default=SubscriptionStatus.TRIAL)
    currency: Mapped[Currency]
    period: Mapped[BillingPeriod] = mapped_column(server_default=BillingPeriod.MONTH)
    current_period_start: Mapped[dt.date]
    current_period_end: Mapped[dt.date]
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str | None]


class SubscriptionItem(Keyed, Timestamped, Base):
    __tablename__ = "subscription_items"
    __table_args__ = (
        ExcludeConstraint(
            ("subscription_id", "="),
            ("product_id", "="),
            ("during", "&&"),
            using="gist",
            where=text("NOT is_addon"),
            name="ex_subscription_items_no_overlap",
        ),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        {"schema": "billing"},
    )

    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.subscriptions.id", ondelete="CASCADE"))
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id"), index=True)
    quantity: Mapped[Quantity]
    unit_price: Mapped[UnitPrice]
    discount_percent: Mapped[Percent] = mapped_column(server_default=text("0"))
    is_addon: Mapped[bool] = mapped_column(server_default=text("false"))
    during: Mapped[Range[dt.date]] = mapped_column(DATERANGE, server_default=text("daterange(CURRENT_DATE, NULL)"))


class SubscriptionAmendment(Base):
    __tablename__ = "subscription_amendments"
    __table_args__ = ({"schema": "billing"},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subscription_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("billing.subscriptions.id", ondelete="CASCADE"), index=True
    )
    quote_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.quotes.id"))
    effective_on: Mapped[dt.date]
    changes: Mapped[dict[str, Any]]
    made_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    made_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class UsageMeter(Keyed, Timestamped, Base):
    __tablename__ = "usage_meters"
    __table_args__ = (
        CheckConstraint("aggregation IN ('sum', 'max', 'last')", name="known_aggregation"),
        {"schema": "billing"},
    )

    code: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id"), index=True)
    aggregation: Mapped[str] = mapped_column(server_default="sum")


class UsageRecord(Base):
    __tablename__ = "usage_records"
    __table_args__ = (
        UniqueConstraint("meter_id", "idempotency_key"),
        Index(
            "ix_usage_records_recorded_at",
            "recorded_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 64},
        ),
        Index(
            "ix_usage_records_unbilled",
            "subscription_id",
            "meter_id",
            postgresql_include=["amount"],
            postgresql_where=text("billed_at IS NULL"),
        ),
        {"schema": "billing"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True, cache=50), primary_key=True)
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.subscriptions.id"))
    meter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.usage_meters.id"))
    amount: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    idempotency_key: Mapped[str]
    recorded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    billed_at: Mapped[dt.datetime | None]
