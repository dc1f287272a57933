"""The closed sets of values, each a PostgreSQL enum in the schema that owns it."""

import enum
import re

from sqlalchemy import Enum, MetaData


class UserStatus(enum.StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


class AccountKind(enum.StrEnum):
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    PARTNER = "partner"
    FORMER_CUSTOMER = "former_customer"


class AddressKind(enum.StrEnum):
    BILLING = "billing"
    SHIPPING = "shipping"
    LEGAL = "legal"


class LeadSource(enum.StrEnum):
    WEBSITE = "website"
    REFERRAL = "referral"
    PAID_SEARCH = "paid_search"
    EVENT = "event"
    OUTBOUND = "outbound"
    PARTNER = "partner"
    HUBSPOT = "hubspot"


class LifecycleStage(enum.StrEnum):
    SUBSCRIBER = "subscriber"
    LEAD = "lead"
    QUALIFIED = "qualified"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    EVANGELIST = "evangelist"


class DealStatus(enum.StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ActivityKind(enum.StrEnum):
    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    NOTE = "note"


class ProductKind(enum.StrEnum):
    LICENCE = "licence"
    SERVICE = "service"
    HARDWARE = "hardware"
    SUBSCRIPTION = "subscription"
    BUNDLE = "bundle"


class ChargeModel(enum.StrEnum):
    ONE_TIME = "one_time"
    RECURRING = "recurring"
    USAGE = "usage"


class BillingPeriod(enum.StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class QuoteStatus(enum.StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"


class ApprovalStatus(enum.StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class SubscriptionStatus(enum.StrEnum):
    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"


class InvoiceStatus(enum.StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class PaymentStatus(enum.StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"


class PaymentMethodKind(enum.StrEnum):
    CARD = "card"
    DIRECT_DEBIT = "direct_debit"
    BANK_TRANSFER = "bank_transfer"


class ChangeOperation(enum.StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


class SyncDirection(enum.StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class SyncStatus(enum.StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class HubspotObject(enum.StrEnum):
    COMPANY = "company"
    CONTACT = "contact"
    DEAL = "deal"
    PRODUCT = "product"
    LINE_ITEM = "line_item"


class OutboxOperation(enum.StrEnum):
    UPSERT = "upsert"
    DELETE = "delete"


class StateKind(enum.StrEnum):
    INITIAL = "initial"
    INTERMEDIATE = "intermediate"
    FINAL = "final"


class TaskStatus(enum.StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    CANCELLED = "cancelled"


class JobStatus(enum.StrEnum):
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


ENUMS_BY_SCHEMA: dict[str, tuple[type[enum.StrEnum], ...]] = {
    "crm": (
        UserStatus,
        AccountKind,
        AddressKind,
        LeadSource,
        LifecycleStage,
        DealStatus,
        ActivityKind,
        ProductKind,
        ChargeModel,
        BillingPeriod,
        QuoteStatus,
        ApprovalStatus,
    ),
    "billing": (SubscriptionStatus, InvoiceStatus, PaymentStatus, PaymentMethodKind),
    "audit": (ChangeOperation,),
    "sync": (SyncDirection, SyncStatus, HubspotObject, OutboxOperation),
    "workflow": (StateKind, TaskStatus, JobStatus),
}


def enum_types(metadata: MetaData) -> dict[type[enum.StrEnum], Enum]:
    """The column type of each enum: named after the class in snake case, storing values rather than member names."""
    return {
        members: Enum(
            members,
            name=re.sub(r"(?<!^)(?=[A-Z])", "_", members.__name__).lower(),
            schema=schema,
            metadata=metadata,
            values_callable=lambda enumeration: [member.value for member in enumeration],
        )
        for schema, enums in ENUMS_BY_SCHEMA.items()
        for members in enums
    }
