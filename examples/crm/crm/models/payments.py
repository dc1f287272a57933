"""What customers paid: methods, payments, allocations to invoices, refunds, and the gateway's events."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Currency, Keyed, Money, Timestamped
from crm.models.enums import PaymentMethodKind, PaymentStatus


class PaymentMethod(Keyed, Timestamped, Base):
    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("kind <> 'card' OR last_four ~ '^[0-9]{4}$'", name="card_has_last_four"),
        Index("uq_payment_methods_default", "account_id", unique=True, postgresql_where=text("is_default")),
        {"schema": "billing", "comment": "References into the payment gateway; no card numbers are kept"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"))
    kind: Mapped[PaymentMethodKind]
    gateway_reference: Mapped[str] = mapped_column(unique=True)
    last_four: Mapped[str | None] = mapped_column(String(4))
    expires_on: Mapped[dt.date | None]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))


class Payment(Keyed, Timestamped, Base):
    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index(
            "uq_payments_gateway_reference",
            "gateway_reference",
            unique=True,
            postgresql_where=text("gateway_reference IS NOT NULL"),
        ),
        Index("ix_payments_account_id_received_at", "account_id", text("received_at DESC NULLS LAST")),
        {"schema": "billing"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"))
    method_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("billing.payment_methods.id", ondelete="SET NULL"))
    status: Mapped[PaymentStatus] = mapped_column(server_default=PaymentStatus.PENDING)
    currency: Mapped[Currency]
    amount: Mapped[Money]
    gateway_reference: Mapped[str | None]
    received_at: Mapped[dt.datetime | None]
    failure_code: Mapped[str | None]


class PaymentAllocation(Base):
    __tablename__ = "payment_allocations"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        {"schema": "billing"},
    )

    payment_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("billing.payments.id", ondelete="CASCADE"), primary_key=True
    )
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.invoices.id"), primary_key=True, index=True)
    amount: Mapped[Money]
    allocated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Refund(Keyed, Timestamped, Base):
    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        {"schema": "billing"},
    )

    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.payments.id"), index=True)
    credit_note_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("billing.credit_notes.id"))
    amount: Mapped[Money]
    reason: Mapped[str | None]


class GatewayEvent(Base):
    __tablename__ = "gateway_events"
    __table_args__ = (
        Index("ix_gateway_events_unprocessed", "received_at", postgresql_where=text("processed_at IS NULL")),
        {"schema": "billing", "comment": "Webhooks as they came; the key makes redelivery harmless"},
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    processed_at: Mapped[dt.datetime | None]
    error: Mapped[str | None]
