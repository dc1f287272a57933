"""Companies: the accounts, where they are, what they belong to, and who looks after them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, TSVECTOR, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base, CountryCode, Currency, HubSpotLinked, Keyed, Money, Percent, Timestamped
from crm.models.enums import AccountKind, AddressKind, LeadSource

if TYPE_CHECKING:
    from crm.models.contacts import Contact


class Industry(Base):
    __tablename__ = "industries"
    __table_args__ = ({"schema": "crm"},)

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(unique=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("crm.industries.code"))


class Territory(Keyed, Timestamped, Base):
    __tablename__ = "territories"
    __table_args__ = (
        Index("ix_territories_countries", "countries", postgresql_using="gin"),
        {"schema": "crm"},
    )

    name: Mapped[str] = mapped_column(unique=True)
    countries: Mapped[list[str]] = mapped_column(server_default=text("'{}'"), comment="ISO 3166-1 alpha-2 codes")


class TerritoryAssignment(Base):
    __tablename__ = "territory_assignments"
    __table_args__ = (
        ExcludeConstraint(
            ("territory_id", "="),
            ("during", "&&"),
            using="gist",
            name="ex_territory_assignments_one_owner_at_a_time",
        ),
        CheckConstraint("NOT isempty(during)", name="during_not_empty"),
        {"schema": "crm", "comment": "Which team owns a territory, and when: one team at a time"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    territory_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.territories.id", ondelete="CASCADE"))
    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.teams.id"), index=True)
    during: Mapped[Range[dt.date]] = mapped_column(DATERANGE)


class Account(Keyed, Timestamped, HubSpotLinked, Base):
    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("annual_revenue >= 0", name="annual_revenue_not_negative"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        Index(
            "ix_accounts_domain", text("crm.normalize_domain(website)"), postgresql_where=text("website IS NOT NULL")
        ),
        Index("ix_accounts_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "public.gin_trgm_ops"}),
        Index("ix_accounts_search", "search", postgresql_using="gin"),
        Index("ix_accounts_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_accounts_owner_live",
            "owner_id",
            text('name COLLATE pg_catalog."C"'),
            postgresql_include=["kind"],
            postgresql_where=text("archived_at IS NULL"),
        ),
        Index("uq_accounts_hubspot_id", "hubspot_id", unique=True, postgresql_where=text("hubspot_id IS NOT NULL")),
        {"schema": "crm", "comment": "Companies that we sell to, or hope to"},
    )

    name: Mapped[str]
    legal_name: Mapped[str | None]
    kind: Mapped[AccountKind] = mapped_column(server_default=AccountKind.PROSPECT)
    source: Mapped[LeadSource | None]
    industry_code: Mapped[str | None] = mapped_column(ForeignKey("crm.industries.code", onupdate="CASCADE"), index=True)
    territory_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.territories.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.accounts.id"), index=True)
    primary_contact_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.contacts.id", ondelete="SET NULL", use_alter=True, deferrable=True, initially="DEFERRED"),
        index=True,
        comment="Checked at commit, so that an account and its first contact can be inserted together",
    )
    website: Mapped[str | None]
    tax_number: Mapped[str | None]
    currency: Mapped[Currency] = mapped_column(server_default="EUR")
    annual_revenue: Mapped[Money | None]
    employee_count: Mapped[int | None]
    tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    archived_at: Mapped[dt.datetime | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('simple', name || ' ' || coalesce(legal_name, ''))", persisted=True),
        nullable=False,
    )

    contacts: Mapped[list["Contact"]] = relationship(back_populates="account", foreign_keys="Contact.account_id")
    addresses: Mapped[list["AccountAddress"]] = relationship(back_populates="account", cascade="all, delete-orphan")


class AccountAddress(Keyed, Timestamped, Base):
    __tablename__ = "account_addresses"
    __table_args__ = (
        Index(
            "uq_account_addresses_default",
            "account_id",
            "kind",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        {"schema": "crm"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[AddressKind]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    street: Mapped[list[str]]
    postal_code: Mapped[str | None]
    city: Mapped[str]
    region: Mapped[str | None]
    country: Mapped[CountryCode]

    account: Mapped[Account] = relationship(back_populates="addresses")


class AccountRelationship(Base):
    __tablename__ = "account_relationships"
    __table_args__ = (
        CheckConstraint("from_account_id <> to_account_id", name="not_with_itself"),
        CheckConstraint("kind IN ('reseller_of', 'subsidiary_of', 'competitor_of', 'supplier_of')", name="known_kind"),
        {"schema": "crm"},
    )

    from_account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.accounts.id", ondelete="CASCADE"), primary_key=True
    )
    to_account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[Percent | None] = mapped_column(comment="Part of the capital, for subsidiaries")


class AccountTeamMember(Base):
    __tablename__ = "account_team_members"
    __table_args__ = (
        CheckConstraint("split > 0", name="split_positive"),
        {"schema": "crm", "comment": "Everyone besides the owner who may work on an account"},
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
    split: Mapped[Percent] = mapped_column(server_default=text("100"))
    added_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class CreditLimit(Base):
    __tablename__ = "credit_limits"
    __table_args__ = (
        UniqueConstraint("account_id", "currency"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        {"schema": "crm"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.accounts.id", ondelete="CASCADE"))
    currency: Mapped[Currency]
    amount: Mapped[Decimal]
    reviewed_on: Mapped[dt.date] = mapped_column(server_default=func.current_date())
