"""The declarative base: naming convention, column types, and the columns that most tables share."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import CHAR, BigInteger, ForeignKey, MetaData, Numeric, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, DOMAIN, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crm.models.enums import enum_types

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Base(DeclarativeBase):
    """Every model of the backend. Python types map to the column types that the backend has agreed on."""

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        Decimal: Numeric(18, 2),
        dt.datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        **enum_types(metadata),
    }


# The domains live in sql/10_domains.sql; the models only name them.
Email = Annotated[str, mapped_column(DOMAIN("email_address", CITEXT, schema="crm", create_type=False))]
CountryCode = Annotated[str, mapped_column(DOMAIN("country_code", CHAR(2), schema="crm", create_type=False))]
Percent = Annotated[Decimal, mapped_column(DOMAIN("percentage", Numeric(7, 4), schema="crm", create_type=False))]

Money = Annotated[Decimal, mapped_column(Numeric(18, 2))]
UnitPrice = Annotated[Decimal, mapped_column(Numeric(18, 6))]
Quantity = Annotated[Decimal, mapped_column(Numeric(16, 4))]
Currency = Annotated[str, mapped_column(CHAR(3), ForeignKey("crm.currencies.code"))]


class Keyed:
    """A random key made by the database."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid(), sort_order=-10)


class Timestamped:
    """When the row was made and last changed; `updated_at` is kept by the trigger `touch_updated_at`."""

    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=900)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=901)


class HubSpotLinked:
    """The object in HubSpot that stands for the row. Each model adds a unique index over the linked rows."""

    hubspot_id: Mapped[int | None] = mapped_column(BigInteger, sort_order=800)
    hubspot_synced_at: Mapped[dt.datetime | None] = mapped_column(sort_order=801)
