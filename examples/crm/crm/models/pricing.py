"""What it costs: currencies, exchange rates, price books with validity periods, tiers and discounts."""

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Currency, Keyed, Percent, Quantity, Timestamped, UnitPrice


class CurrencyRow(Base):
    __tablename__ = "currencies"
    __table_args__ = (
        CheckConstraint("code ~ '^[A-Z]{3}$'", name="code_is_iso_4217"),
        {"schema": "crm"},
    )

    code: Mapped[str] = mapped_column(CHAR(3), primary_key=True)
    name: Mapped[str]
    minor_units: Mapped[int] = mapped_column(SmallInteger, server_default=text("2"))


class ExchangeRate(Base):
    __tablename__ = "exchange_rates"
    __table_args__ = (
        CheckConstraint("base <> quote", name="two_currencies"),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("valid_until > valid_from", name="valid_until_after_valid_from"),
        ExcludeConstraint(
            ("base", "="),
            ("quote", "="),
            (literal_column("daterange(valid_from, valid_until)"), "&&"),
            using="gist",
            name="ex_exchange_rates_one_rate_a_day",
        ),
        {"schema": "crm"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    base: Mapped[Currency]
    quote: Mapped[Currency]
    rate: Mapped[Decimal] = mapped_column(Numeric(20, 10))
    valid_from: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]


class PriceBook(Keyed, Timestamped, Base):
    __tablename__ = "price_books"
    __table_args__ = (
        Index(
            "uq_price_books_standard",
            "currency",
            unique=True,
            postgresql_where=text("is_standard AND is_active"),
        ),
        {"schema": "crm", "comment": "Lists of prices; one standard list for each currency"},
    )

    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[Currency]
    is_standard: Mapped[bool] = mapped_column(server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class PriceBookEntry(Keyed, Timestamped, Base):
    __tablename__ = "price_book_entries"
    __table_args__ = (
        ExcludeConstraint(
            ("price_book_id", "="),
            ("product_id", "="),
            ("validity", "&&"),
            using="gist",
            name="ex_price_book_entries_no_overlap",
        ),
        CheckConstraint("list_price >= 0", name="list_price_not_negative"),
        CheckConstraint("floor_price <= list_price", name="floor_price_below_list_price"),
        CheckConstraint("NOT isempty(validity)", name="validity_not_empty"),
        {"schema": "crm", "comment": "The price of a product in a price book during a period"},
    )

    price_book_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.price_books.id", ondelete="CASCADE"))
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id"), index=True)
    validity: Mapped[Range[dt.date]] = mapped_column(DATERANGE, server_default=text("daterange(CURRENT_DATE, NULL)"))
    list_price: Mapped[UnitPrice]
    floor_price: Mapped[UnitPrice | None] = mapped_column(comment="Below this price an approval is needed")


class PriceTier(Base):
    __tablename__ = "price_tiers"
    __table_args__ = (
        CheckConstraint("min_quantity > 0", name="min_quantity_positive"),
        {"schema": "crm"},
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.price_book_entries.id", ondelete="CASCADE"), primary_key=True
    )
    min_quantity: Mapped[Quantity] = mapped_column(primary_key=True)
    unit_price: Mapped[UnitPrice]


class DiscountSchedule(Keyed, Timestamped, Base):
    __tablename__ = "discount_schedules"
    __table_args__ = ({"schema": "crm"},)

    name: Mapped[str] = mapped_column(unique=True)
    product_family_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.product_families.id"), index=True)
    max_percent: Mapped[Percent]
    is_stackable: Mapped[bool] = mapped_column(server_default=text("false"))


class AccountPriceBook(Base):
    __tablename__ = "account_price_books"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 100", name="priority_range"),
        {"schema": "crm"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"), primary_key=True)
    price_book_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.price_books.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("50"))
    granted_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
