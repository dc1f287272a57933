"""Who works with the system: users, teams, sessions of programs, and their settings."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, CIDR, INTERVAL
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base, Email, Keyed, Timestamped
from crm.models.enums import UserStatus


class User(Keyed, Timestamped, Base):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("manager_id <> id", name="not_own_manager"),
        {"schema": "crm", "comment": "People who sign in; they are deactivated, never deleted"},
    )

    email: Mapped[Email]
    display_name: Mapped[str]
    status: Mapped[UserStatus] = mapped_column(server_default=UserStatus.INVITED)
    locale: Mapped[str] = mapped_column(server_default="en-GB")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    manager_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"), index=True)
    last_seen_at: Mapped[dt.datetime | None]

    teams: Mapped[list["Team"]] = relationship(secondary="crm.team_members", back_populates="members")


class Team(Keyed, Timestamped, Base):
    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("parent_id", "name", postgresql_nulls_not_distinct=True),
        {"schema": "crm"},
    )

    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.teams.id"))

    members: Mapped[list[User]] = relationship(secondary="crm.team_members", back_populates="teams")


class TeamMember(Base):
    __tablename__ = "team_members"
    __table_args__ = ({"schema": "crm"},)

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_lead: Mapped[bool] = mapped_column(server_default=text("false"))
    joined_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class UserPreference(Base):
    __tablename__ = "user_preferences"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(value) <> 'null'", name="value_present"),
        {"schema": "crm"},
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


class ApiKey(Keyed, Timestamped, Base):
    __tablename__ = "api_keys"
    __table_args__ = (
        CheckConstraint("octet_length(secret_hash) = 32", name="secret_is_sha256"),
        Index("ix_api_keys_live", "user_id", "expires_at", postgresql_where=text("revoked_at IS NULL")),
        {"schema": "crm", "comment": "Credentials of programs; only the hash of the secret is kept"},
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id", ondelete="CASCADE"))
    label: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(BYTEA, unique=True)
    scopes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    allowed_networks: Mapped[list[str] | None] = mapped_column(ARRAY(CIDR), comment="NULL allows every network")
    idle_timeout: Mapped[dt.timedelta] = mapped_column(INTERVAL, server_default=text("'30 days'"))
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
