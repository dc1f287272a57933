"""Who changed what: a partitioned change log, accesses to personal data, and sign-ins."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base
from crm.models.enums import ChangeOperation


class Change(Base):
    """One changed row. The partitions, one for each quarter, are in sql/50_partitions.sql."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_table_name_row_key", "table_name", "row_key"),
        Index("ix_changes_occurred_at", "occurred_at", postgresql_using="brin"),
        {
            "schema": "audit",
            "comment": "Every change to the audited tables, written by audit.record_change()",
            "postgresql_partition_by": "RANGE (occurred_at)",
        },
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    occurred_at: Mapped[dt.datetime] = mapped_column(primary_key=True, server_default=func.now())
    schema_name: Mapped[str]
    table_name: Mapped[str]
    row_key: Mapped[str]
    operation: Mapped[ChangeOperation]
    actor_id: Mapped[uuid.UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class PersonalDataAccess(Base):
    __tablename__ = "personal_data_accesses"
    __table_args__ = (
        CheckConstraint("cardinality(columns) > 0", name="names_columns"),
        Index("ix_personal_data_accesses_contact_id_accessed_at", "contact_id", "accessed_at"),
        {"schema": "audit"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(comment="No foreign key: the record outlives the contact")
    accessed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"))
    columns: Mapped[list[str]]
    purpose: Mapped[str]
    accessed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SignIn(Base):
    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_failed", "network_address", "attempted_at", postgresql_where=text("NOT succeeded")),
        {"schema": "audit"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"), index=True)
    network_address: Mapped[str] = mapped_column(INET)
    succeeded: Mapped[bool]
    attempted_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
