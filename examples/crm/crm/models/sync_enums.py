"""How the closed sets of values of another system translate into ours, and which values nobody has mapped yet."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Keyed, Timestamped
from crm.models.enums import SyncDirection


class EnumMappingSet(Keyed, Timestamped, Base):
    __tablename__ = "enum_mapping_sets"
    __table_args__ = (
        UniqueConstraint("system", "enum_schema", "enum_name"),
        CheckConstraint("system ~ '^[a-z][a-z0-9_]*$'", name="system_is_identifier"),
        {"schema": "sync", "comment": "One for each pair of an external system and an enum of ours"},
    )

    system: Mapped[str]
    enum_schema: Mapped[str] = mapped_column(server_default="crm")
    enum_name: Mapped[str]
    fallback: Mapped[str | None] = mapped_column(comment="Our value for unknown external ones; NULL reports a gap")


class EnumMapping(Timestamped, Base):
    __tablename__ = "enum_mappings"
    __table_args__ = (
        Index(
            "uq_enum_mappings_outbound",
            "set_id",
            "internal_value",
            unique=True,
            postgresql_where=text("direction <> 'inbound'"),
        ),
        {"schema": "sync"},
    )

    set_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sync.enum_mapping_sets.id", ondelete="CASCADE"), primary_key=True
    )
    external_value: Mapped[str] = mapped_column(primary_key=True)
    internal_value: Mapped[str]
    direction: Mapped[SyncDirection] = mapped_column(server_default=SyncDirection.BOTH)


class EnumMappingGap(Base):
    __tablename__ = "enum_mapping_gaps"
    __table_args__ = (
        UniqueConstraint("set_id", "external_value"),
        {"schema": "sync"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sync.enum_mapping_sets.id", ondelete="CASCADE"))
    external_value: Mapped[str]
    seen: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    first_seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
