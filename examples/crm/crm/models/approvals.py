"""Who must agree before a quote goes out."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base, Keyed, Money, Percent, Timestamped
from crm.models.enums import ApprovalStatus


class ApprovalPolicy(Keyed, Timestamped, Base):
    __tablename__ = "approval_policies"
    __table_args__ = ({"schema": "crm"},)

    name: Mapped[str] = mapped_column(unique=True)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    condition: Mapped[dict[str, Any]] = mapped_column(comment="A predicate over the quote, as a JSON expression tree")


class ApprovalPolicyRule(Base):
    __tablename__ = "approval_policy_rules"
    __table_args__ = (
        CheckConstraint("num_nonnulls(approver_id, approver_team_id) = 1", name="one_approver"),
        CheckConstraint("num_nonnulls(min_discount, min_total, required_state) > 0", name="has_threshold"),
        {"schema": "crm"},
    )

    policy_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.approval_policies.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    min_discount: Mapped[Percent | None]
    min_total: Mapped[Money | None]
    required_state: Mapped[str | None] = mapped_column(comment="The rule applies when the workflow is in this state")
    approver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    approver_team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.teams.id"))


class ApprovalRequest(Keyed, Timestamped, Base):
    __tablename__ = "approval_requests"
    __table_args__ = (
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_when_not_pending"),
        Index(
            "uq_approval_requests_pending",
            "quote_id",
            "policy_id",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        {"schema": "crm"},
    )

    quote_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.quotes.id", ondelete="CASCADE"))
    policy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.approval_policies.id"), index=True)
    status: Mapped[ApprovalStatus] = mapped_column(server_default=ApprovalStatus.PENDING)
    requested_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id"))
    reason: Mapped[str | None]
    workflow_instance_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("workflow.instances.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[dt.datetime | None]


class ApprovalStep(Keyed, Base):
    __tablename__ = "approval_steps"
    __table_args__ = (
        UniqueConstraint("request_id", "level", "approver_id"),
        Index("ix_approval_steps_inbox", "approver_id", "due_at", postgresql_where=text("status = 'pending'")),
        {"schema": "crm"},
    )

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.approval_requests.id", ondelete="CASCADE"))
    level: Mapped[int] = mapped_column(SmallInteger)
    approver_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("crm.users.id"), comment="NULL until somebody of the team claims the step"
    )
    status: Mapped[ApprovalStatus] = mapped_column(server_default=ApprovalStatus.PENDING)
    due_at: Mapped[dt.datetime] = mapped_column(server_default=text("now() + interval '3 days'"))
    decided_at: Mapped[dt.datetime | None]
    comment: Mapped[str | None]


class ApprovalDelegation(Base):
    __tablename__ = "approval_delegations"
    __table_args__ = (
        CheckConstraint("from_user_id <> to_user_id", name="to_someone_else"),
        CheckConstraint("until > since", name="until_after_since"),
        {"schema": "crm"},
    )

    from_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True)
    to_user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("crm.users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[dt.datetime] = mapped_column(primary_key=True, server_default=func.now())
    until: Mapped[dt.datetime]
