"""What customers owe: billing profiles, taxes, invoices and credit notes."""

import datetime as dt
import uuid

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base, CountryCode, Currency, Email, Keyed, Money, Percent, Quantity, Timestamped, UnitPrice
from crm.models.enums import InvoiceStatus


class BillingProfile(Keyed, Timestamped, Base):
    __tablename__ = "profiles"
    __table_args__ = ({"schema": "billing", "comment": "How an account wants to be invoiced"},)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"), unique=True)
    address_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.account_addresses.id", ondelete="SET NULL"))
    email: Mapped[Email]
    payment_terms_days: Mapped[int] = mapped_column(
        SmallInteger,
        CheckConstraint("payment_terms_days BETWEEN 0 AND 180", name="payment_terms_range"),
        server_default=text("30"),
    )
    purchase_order_required: Mapped[bool] = mapped_column(server_default=text("false"))


class TaxRate(Base):
    __tablename__ = "tax_rates"
    __table_args__ = (
        ExcludeConstraint(
            ("country", "="),
            ("category", "="),
            ("during", "&&"),
            using="gist",
            name="ex_tax_rates_no_overlap",
        ),
        {"schema": "billing"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    country: Mapped[CountryCode]
    category: Mapped[str] = mapped_column(server_default="standard")
    percent: Mapped[Percent]
    during: Mapped[Range[dt.date]] = mapped_column(DATERANGE)


class Invoice(Keyed, Timestamped, Base):
    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (number IS NULL)", name="numbered_when_issued"),
        CheckConstraint("due_on >= issued_on", name="due_after_issued"),
        CheckConstraint("paid_total BETWEEN 0 AND gross_total", name="not_overpaid"),
        Index("ix_invoices_account_id_issued_on", "account_id", text("issued_on DESC NULLS FIRST")),
        Index(
            "ix_invoices_overdue", "due_on", postgresql_include=["account_id"], postgresql_where=text("status = 'open'")
        ),
        {"schema": "billing"},
    )

    number: Mapped[str | None] = mapped_column(unique=True, comment="Given when issued; without gaps")
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id"))
    subscription_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("billing.subscriptions.id"), index=True)
    quote_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.quotes.id"), index=True)
    status: Mapped[InvoiceStatus] = mapped_column(server_default=InvoiceStatus.DRAFT)
    currency: Mapped[Currency]
    issued_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    net_total: Mapped[Money] = mapped_column(server_default=text("0"))
    tax_total: Mapped[Money] = mapped_column(server_default=text("0"))
    gross_total: Mapped[Money] = mapped_column(server_default=text("0"))
    paid_total: Mapped[Money] = mapped_column(server_default=text("0"))
    purchase_order: Mapped[str | None]

    lines: Mapped[list["InvoiceLine"]] = relationship(back_populates="invoice", cascade="all, delete-orphan")


class InvoiceLine(Base):
    __tablename__ = "invoice_lines"
    __table_args__ = ({"schema": "billing"},)

    invoice_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("billing.invoices.id", ondelete="CASCADE"), primary_key=True
    )
    line_no: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.products.id"), index=True)
    quote_line_item_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.quote_line_items.id", ondelete="SET NULL"), index=True
    )
    tax_rate_id: Mapped[int | None] = mapped_column(ForeignKey("billing.tax_rates.id"))
    description: Mapped[str]
    quantity: Mapped[Quantity]
    unit_price: Mapped[UnitPrice]
    net_amount: Mapped[Money] = mapped_column(
        Computed("round(quantity * unit_price, 2)", persisted=True), nullable=False
    )
    tax_amount: Mapped[Money] = mapped_column(server_default=text("0"))

    invoice: Mapped[Invoice] = relationship(back_populates="lines")


class CreditNote(Keyed, Timestamped, Base):
    __tablename__ = "credit_notes"
    __table_args__ = ({"schema": "billing"},)

    number: Mapped[str] = mapped_column(unique=True)
    invoice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("billing.invoices.id"), index=True)
    reason: Mapped[str]
    issued_on: Mapped[dt.date] = mapped_column(server_default=func.current_date())


class CreditNoteLine(Base):
    __tablename__ = "credit_note_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "line_no"],
            ["billing.invoice_lines.invoice_id", "billing.invoice_lines.line_no"],
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
        {"schema": "billing"},
    )

    credit_note_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("billing.credit_notes.id", ondelete="CASCADE"), primary_key=True
    )
    invoice_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Money]


class Counter(Base):
    __tablename__ = "counters"
    __table_args__ = (
        {
            "schema": "billing",
            "comment": "Numbers without gaps: the row is locked by the transaction that issues a document",
            "postgresql_with": {"fillfactor": 50},
        },
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last_value: Mapped[int] = mapped_column(server_default=text("0"))


class DunningNotice(Base):
    __tablename__ = "dunning_notices"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 3", name="level_range"),
        {"schema": "billing"},
    )

    invoice_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("billing.invoices.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sent_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    fee: Mapped[Money] = mapped_column(server_default=text("0"))
