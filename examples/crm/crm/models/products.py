"""What we sell: products, their families, bundles, features and translations."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, HubSpotLinked, Keyed, Money, Quantity, Timestamped
from crm.models.enums import BillingPeriod, ChargeModel, ProductKind


class UnitOfMeasure(Base):
    __tablename__ = "units_of_measure"
    __table_args__ = ({"schema": "crm"},)

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    label: Mapped[str]
    decimals: Mapped[int] = mapped_column(
        SmallInteger, CheckConstraint("decimals BETWEEN 0 AND 4", name="decimals_range"), server_default=text("0")
    )


class ProductFamily(Keyed, Timestamped, Base):
    __tablename__ = "product_families"
    __table_args__ = ({"schema": "crm"},)

    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.product_families.id"), index=True)


class Product(Keyed, Timestamped, HubSpotLinked, Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("charge_model <> 'recurring' OR billing_period IS NOT NULL", name="recurring_has_period"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
        Index("uq_products_sku_upper", text("upper(sku)"), unique=True),
        CheckConstraint("octet_length(content_hash) = 32", name="content_hash_is_sha256"),
        Index("uq_products_hubspot_id", "hubspot_id", unique=True, postgresql_where=text("hubspot_id IS NOT NULL")),
        Index("ix_products_attributes", "attributes", postgresql_using="gin"),
        Index("ix_products_active_family", "family_id", postgresql_where=text("is_active")),
        {"schema": "crm"},
    )

    sku: Mapped[str] = mapped_column(String(80))
    name: Mapped[str]
    description: Mapped[str | None]
    kind: Mapped[ProductKind]
    charge_model: Mapped[ChargeModel] = mapped_column(server_default=ChargeModel.ONE_TIME)
    billing_period: Mapped[BillingPeriod | None]
    family_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.product_families.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("crm.units_of_measure.code"), server_default="each")
    manufacturer_code: Mapped[str | None] = mapped_column(comment="The article number that the manufacturer uses")
    cost: Mapped[Money | None]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    content_hash: Mapped[bytes | None] = mapped_column(BYTEA, comment="SHA-256 of what the catalogues were last told")
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ProductTranslation(Base):
    __tablename__ = "product_translations"
    __table_args__ = ({"schema": "crm"},)

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]


class ProductBundleItem(Base):
    __tablename__ = "product_bundle_items"
    __table_args__ = (
        CheckConstraint("bundle_id <> component_id", name="not_in_itself"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        {"schema": "crm"},
    )

    bundle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True)
    component_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id"), primary_key=True, index=True)
    quantity: Mapped[Quantity] = mapped_column(server_default=text("1"))
    is_optional: Mapped[bool] = mapped_column(server_default=text("false"))


class ProductFeature(Base):
    __tablename__ = "product_features"
    __table_args__ = ({"schema": "crm"},)

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True)
    feature: Mapped[str] = mapped_column(primary_key=True)
    limit_value: Mapped[int | None] = mapped_column(comment="NULL means without limit")


class ProductDependency(Base):
    __tablename__ = "product_dependencies"
    __table_args__ = (
        CheckConstraint("relation IN ('requires', 'excludes')", name="known_relation"),
        CheckConstraint("product_id <> other_id", name="not_on_itself"),
        {"schema": "crm"},
    )

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[str]
