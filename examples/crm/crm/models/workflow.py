"""The workflow engine: versioned state machines, their running instances, and the work they hand out."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.models.base import Base, Keyed, Timestamped
from crm.models.enums import JobStatus, StateKind, TaskStatus


class Definition(Keyed, Timestamped, Base):
    __tablename__ = "definitions"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code_is_identifier"),
        {"schema": "workflow"},
    )

    code: Mapped[str] = mapped_column(unique=True)
    subject_table: Mapped[str] = mapped_column(comment="The table whose rows go through the workflow, as crm.quotes")
    description: Mapped[str | None]

    versions: Mapped[list["DefinitionVersion"]] = relationship(back_populates="definition")


class DefinitionVersion(Keyed, Base):
    __tablename__ = "definition_versions"
    __table_args__ = (
        UniqueConstraint("definition_id", "version"),
        ForeignKeyConstraint(
            ["id", "initial_state"],
            ["workflow.states.version_id", "workflow.states.code"],
            use_alter=True,
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(
            "uq_definition_versions_active",
            "definition_id",
            unique=True,
            postgresql_where=text("published_at IS NOT NULL AND retired_at IS NULL"),
        ),
        {"schema": "workflow", "comment": "A published version never changes; running instances stay on theirs"},
    )

    definition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workflow.definitions.id", ondelete="CASCADE"))
    version: Mapped[int]
    initial_state: Mapped[str] = mapped_column(comment="Checked at commit: the version comes before its states")
    published_at: Mapped[dt.datetime | None]
    retired_at: Mapped[dt.datetime | None]

    definition: Mapped[Definition] = relationship(back_populates="versions")


class State(Base):
    __tablename__ = "states"
    __table_args__ = ({"schema": "workflow"},)

    version_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("workflow.definition_versions.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    kind: Mapped[StateKind] = mapped_column(server_default=StateKind.INTERMEDIATE)
    time_limit: Mapped[dt.timedelta | None]


class Transition(Base):
    __tablename__ = "transitions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "from_state"],
            ["workflow.states.version_id", "workflow.states.code"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["version_id", "to_state"],
            ["workflow.states.version_id", "workflow.states.code"],
            ondelete="CASCADE",
        ),
        {"schema": "workflow"},
    )

    version_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_state: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    to_state: Mapped[str]
    guard: Mapped[dict[str, Any] | None] = mapped_column(comment="A predicate over the instance's context")
    allowed_roles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))


class TransitionAction(Base):
    __tablename__ = "transition_actions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "from_state", "event"],
            [
                "workflow.transitions.version_id",
                "workflow.transitions.from_state",
                "workflow.transitions.event",
            ],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        {"schema": "workflow"},
    )

    version_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_state: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    action: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Instance(Keyed, Timestamped, Base):
    __tablename__ = "instances"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "state"],
            ["workflow.states.version_id", "workflow.states.code"],
        ),
        Index(
            "uq_instances_running",
            "subject_id",
            "definition_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_instances_context", "context", postgresql_using="gin", postgresql_ops={"context": "jsonb_path_ops"}),
        {"schema": "workflow"},
    )

    definition_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workflow.definitions.id"))
    version_id: Mapped[uuid.UUID]
    subject_id: Mapped[uuid.UUID]
    state: Mapped[str]
    context: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    lock_version: Mapped[int] = mapped_column(server_default=text("1"))
    started_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"))
    finished_at: Mapped[dt.datetime | None]


class InstanceEvent(Base):
    __tablename__ = "instance_events"
    __table_args__ = (
        UniqueConstraint("instance_id", "sequence_no"),
        {"schema": "workflow", "comment": "The history of an instance; its state can be rebuilt from it"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workflow.instances.id", ondelete="CASCADE"))
    sequence_no: Mapped[int]
    event: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id", ondelete="SET NULL"))
    occurred_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Task(Keyed, Timestamped, Base):
    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("status <> 'claimed' OR assignee_id IS NOT NULL", name="claimed_by_someone"),
        CheckConstraint("(status IN ('done', 'cancelled')) = (finished_at IS NOT NULL)", name="finished_has_date"),
        Index(
            "ix_tasks_inbox",
            "team_id",
            "due_at",
            postgresql_include=["instance_id", "title"],
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_tasks_mine", "assignee_id", postgresql_where=text("status = 'claimed'")),
        {"schema": "workflow"},
    )

    instance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("workflow.instances.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    status: Mapped[TaskStatus] = mapped_column(server_default=TaskStatus.OPEN)
    team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.teams.id"))
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("crm.users.id"))
    due_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[dict[str, Any] | None]


class Timer(Base):
    __tablename__ = "timers"
    __table_args__ = (
        Index("ix_timers_due", "fires_at", postgresql_where=text("fired_at IS NULL")),
        {"schema": "workflow"},
    )

    instance_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("workflow.instances.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str]
    fires_at: Mapped[dt.datetime]
    fired_at: Mapped[dt.datetime | None]


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("attempts BETWEEN 0 AND max_attempts", name="attempts_range"),
        CheckConstraint("(status = 'running') = (leased_until IS NOT NULL)", name="running_has_lease"),
        Index(
            "ix_jobs_ready",
            text("priority DESC"),
            "run_at",
            postgresql_where=text("status = 'ready'"),
        ),
        {
            "schema": "workflow",
            "comment": "A queue: taken with FOR UPDATE SKIP LOCKED by workflow.take_jobs()",
            "postgresql_with": {"fillfactor": 60, "autovacuum_vacuum_scale_factor": 0.01},
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    instance_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("workflow.instances.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    status: Mapped[JobStatus] = mapped_column(server_default=JobStatus.READY)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("5"))
    run_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[dt.datetime | None]
    last_error: Mapped[str | None]
