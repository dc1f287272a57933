"""All models; importing this package fills `metadata`."""

from crm.models import (
    accounts,
    approvals,
    audit,
    contacts,
    deals,
    identity,
    invoices,
    payments,
    pricing,
    products,
    quotes,
    subscriptions,
    sync_enums,
    sync_hubspot,
    sync_products,
    sync_quotes,
    workflow,
)
from crm.models.base import Base, metadata

__all__ = [
    "Base",
    "accounts",
    "approvals",
    "audit",
    "contacts",
    "deals",
    "identity",
    "invoices",
    "metadata",
    "payments",
    "pricing",
    "products",
    "quotes",
    "subscriptions",
    "sync_enums",
    "sync_hubspot",
    "sync_products",
    "sync_quotes",
    "workflow",
]
