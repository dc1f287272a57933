"""All object kinds. A new kind is one new module and its line here."""

from __future__ import annotations

from telamon.catalog.facts import Fact
from telamon.kinds.access_method import AccessMethod
from telamon.kinds.aggregate import Aggregate
from telamon.kinds.base import Context, Kind
from telamon.kinds.base_type import BaseType, ShellType
from telamon.kinds.cast import Cast
from telamon.kinds.check import Check
from telamon.kinds.collation import Collation
from telamon.kinds.column import Column
from telamon.kinds.comment import Comment
from telamon.kinds.composite import Attribute, Composite
from telamon.kinds.conversion import Conversion
from telamon.kinds.database import Database
from telamon.kinds.default import Default
from telamon.kinds.default_privilege import DefaultPrivilege
from telamon.kinds.domain import Domain, DomainConstraint
from telamon.kinds.enum import Enum
from telamon.kinds.event_trigger import EventTrigger
from telamon.kinds.exclusion import Exclusion
from telamon.kinds.extension import Extension
from telamon.kinds.extension_dependency import ExtensionDependency
from telamon.kinds.foreign import ForeignDataWrapper, ForeignServer, UserMapping
from telamon.kinds.foreign_key import ForeignKey
from telamon.kinds.foreign_table import ForeignTable
from telamon.kinds.grant import Grant
from telamon.kinds.index import Index
from telamon.kinds.label import Label
from telamon.kinds.language import Language
from telamon.kinds.marks import Cluster, ReplicaIdentity
from telamon.kinds.membership import Membership
from telamon.kinds.not_null import NotNull
from telamon.kinds.operator import Operator
from telamon.kinds.operator_class import OperatorClass, OperatorFamily, OperatorFamilyMember
from telamon.kinds.owner import Owner
from telamon.kinds.parameter_grant import ParameterGrant
from telamon.kinds.partition import IndexPartition, Partition
from telamon.kinds.policy import Policy
from telamon.kinds.primary_key import PrimaryKey
from telamon.kinds.publication import Publication, PublicationSchema, PublicationTable
from telamon.kinds.range import Range
from telamon.kinds.role import Role
from telamon.kinds.routine import Routine
from telamon.kinds.row import DeclaredRow
from telamon.kinds.rule import Rule
from telamon.kinds.schema import Schema
from telamon.kinds.sequence import Sequence
from telamon.kinds.setting import DatabaseSetting, RoleSetting
from telamon.kinds.statistics import Statistics
from telamon.kinds.subscription import Subscription
from telamon.kinds.system_grant import SystemGrant
from telamon.kinds.table import Table
from telamon.kinds.text_search import (
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
)
from telamon.kinds.toast import Toast
from telamon.kinds.transform import Transform
from telamon.kinds.trigger import Trigger
from telamon.kinds.trigger_state import TriggerState
from telamon.kinds.unique import Unique
from telamon.kinds.view import MaterializedView, View
from telamon.kinds.view_column import ViewColumn

# In the order in which they are read: what others refer to by OID comes first, satellites come last; and what takes the
# reader long comes before what takes the server long, so that each has something to do.
KINDS: tuple[Kind, ...] = (
    Role(),
    Membership(),
    ParameterGrant(),
    RoleSetting(),
    Database(),
    DatabaseSetting(),
    Schema(),
    Extension(),
    AccessMethod(),
    Language(),
    Collation(),
    Enum(),
    ShellType(),
    BaseType(),
    Range(),
    Domain(),
    Composite(),
    Attribute(),
    ForeignDataWrapper(),
    ForeignServer(),
    UserMapping(),
    Table(),
    ForeignTable(),
    Column(),
    NotNull(),
    PrimaryKey(),
    Unique(),
    Exclusion(),
    Check(),
    ForeignKey(),
    View(),
    MaterializedView(),
    Index(),
    Sequence(),
    Default(),
    ViewColumn(),
    Toast(),
    Routine(),
    Aggregate(),
    Cast(),
    Operator(),
    OperatorFamily(),
    OperatorClass(),
    OperatorFamilyMember(),
    Conversion(),
    Transform(),
    TextSearchParser(),
    TextSearchTemplate(),
    TextSearchDictionary(),
    TextSearchConfiguration(),
    DomainConstraint(),
    Rule(),
    Trigger(),
    Policy(),
    Partition(),
    IndexPartition(),
    TriggerState(),
    ReplicaIdentity(),
    Cluster(),
    Statistics(),
    Publication(),
    PublicationTable(),
    PublicationSchema(),
    Subscription(),
    EventTrigger(),
    DefaultPrivilege(),
    Comment(),
    Owner(),
    Grant(),
    SystemGrant(),
    Label(),
    ExtensionDependency(),
    DeclaredRow(),
)
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}


def kind_of(fact: Fact) -> Kind:
    """The kind of a fact."""
    return BY_NAME[fact.id[0]]


def inline(fact: Fact, ctx: Context) -> str:
    """The clause with which its parent's statement makes the fact; "" where nothing needs to be said."""
    return kind_of(fact).inline(fact, ctx)
