"""The product catalogue in other systems: which product is which there, and what has still to be told."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Currency, Keyed, Timestamped, UnitPrice
from crm.models.enums import SyncDirection, SyncStatus


class ExternalCatalog(Keyed, Timestamped, Base):
    __tablename__ = "external_catalogs"
    __table_args__ = (
        UniqueConstraint("system", "name"),
        CheckConstraint("system ~ '^[a-z][a-z0-9_]*$'", name="system_is_identifier"),
        {"schema": "sync"},
    )

    system: Mapped[str]
    name: Mapped[str]
    direction: Mapped[SyncDirection] = mapped_column(server_default=SyncDirection.OUTBOUND)
    price_book_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.price_books.id"), index=True, comment="The prices that the catalogue shows"
    )
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ProductLink(Timestamped, Base):
    __tablename__ = "product_links"
    __table_args__ = (
        UniqueConstraint("catalog_id", "external_id"),
        Index("ix_product_links_stale", "catalog_id", "product_id", postgresql_where=text("is_stale")),
        {"schema": "sync"},
    )

    catalog_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sync.external_catalogs.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    external_id: Mapped[str]
    wanted_hash: Mapped[bytes] = mapped_column(BYTEA)
    sent_hash: Mapped[bytes | None] = mapped_column(BYTEA)
    is_stale: Mapped[bool] = mapped_column(
        Computed("wanted_hash IS DISTINCT FROM sent_hash", persisted=True), nullable=False
    )


class ProductLinkPrice(Base):
    __tablename__ = "product_link_prices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["catalog_id", "product_id"],
            ["sync.product_links.catalog_id", "sync.product_links.product_id"],
            ondelete="CASCADE",
        ),
        {"schema": "sync"},
    )

    catalog_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    unit_price: Mapped[UnitPrice]
    told_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class ProductSyncRun(Base):
    __tablename__ = "product_sync_runs"
    __table_args__ = (
        CheckConstraint("finished_at >= started_at", name="finished_after_started"),
        Index("ix_product_sync_runs_catalog_id_started_at", "catalog_id", text("started_at DESC")),
        {"schema": "sync"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    catalog_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sync.external_catalogs.id", ondelete="CASCADE"))
    status: Mapped[SyncStatus] = mapped_column(server_default=SyncStatus.PENDING)
    started_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[dt.datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class ProductSyncError(Base):
    __tablename__ = "product_sync_errors"
    __table_args__ = ({"schema": "sync"},)

    run_id: Mapped[int] = mapped_column(ForeignKey("sync.product_sync_runs.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    message: Mapped[str]
    response: Mapped[dict[str, Any] | None]
