"""What SQLAlchemy's models cannot say, beside them: views, functions, triggers, policies, grants and extensions.

    from telamon.objects import Policy, RowSecurity, Trigger, View

    metadata = Base.metadata
    View("active_users", select(User).where(User.active), metadata)
    RowSecurity("users", metadata)
    Policy("own", "users", metadata, using="id = current_setting('app.user')::int")

Each attaches itself to a MetaData. `sqlalchemy://` and `alembic://` give it after the tables, in the order in which it
was made (extensions before the tables), and so does `metadata.create_all()` in the project's own tests. Names are
quoted; expressions, argument lists, bodies and options are SQL and taken as they stand.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from telamon.errors import UsageError
from telamon.quote import ident, role

if TYPE_CHECKING:
    from sqlalchemy import MetaData, SelectBase, Table

    TableName: TypeAlias = str | Table
    Query: TypeAlias = str | SelectBase

__all__ = [
    "Extension",
    "Function",
    "Grant",
    "MaterializedView",
    "Policy",
    "RowSecurity",
    "Trigger",
    "View",
]

_KEY = "telamon.objects"


@dataclass(frozen=True, eq=False)
class _Object:
    """What all have in common: they attach themselves to the metadata, which they take as a field."""

    _moment: ClassVar[str] = "after_create"

    def __post_init__(self) -> None:
        from sqlalchemy import event
        from sqlalchemy.schema import DDL

        metadata: MetaData = vars(self)["metadata"]
        place, schema = _place(f"{type(self).__name__} {self._title}"), vars(self).get("schema")

        def create(target: MetaData, connection: Any, **_: Any) -> None:
            for text in self._statements():
                ddl = DDL(text.replace("%", "%%"))  # type: ignore[no-untyped-call]
                ddl.telamon_place = place  # type: ignore[attr-defined]
                ddl.schema = schema  # type: ignore[attr-defined]  # a source creates it where nothing did
                connection.execute(ddl)

        event.listen(metadata, self._moment, create)
        metadata.info.setdefault(_KEY, []).append(self)

    @property
    def _title(self) -> str:
        """Its name for messages."""
        fields = vars(self)
        return str(next(fields[key] for key in ("name", "table", "on") if key in fields))

    def _statements(self) -> list[str]:
        """The SQL that creates it, or changes nothing where it is there, for `create_all` may run again."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class View(_Object):
    """A view.

    Args:
        name: without its schema.
        query: a SELECT, as text or as SQLAlchemy's select().
        metadata: what it belongs to.
        schema: where it lies; the one of the search path if None.
        columns: its columns' names, where the query does not say them.
        options: `security_invoker = true` and the like.
    """

    name: str
    query: Query
    metadata: MetaData
    _: KW_ONLY
    schema: str | None = None
    columns: Sequence[str] = ()
    options: str = ""

    def _statements(self) -> list[str]:
        head = f"{ident(self.schema or '', self.name)}{_columns(self.columns)}"
        options = f" WITH ({self.options})" if self.options else ""
        return [f"CREATE OR REPLACE VIEW {head}{options} AS\n{_sql(self.query)}"]


@dataclass(frozen=True, eq=False)
class MaterializedView(_Object):
    """A materialized view.

    Args:
        name: without its schema.
        query: a SELECT, as text or as SQLAlchemy's select().
        metadata: what it belongs to.
        schema: where it lies; the one of the search path if None.
        columns: its columns' names, where the query does not say them.
        with_data: whether it is filled when it is created.
    """

    name: str
    query: Query
    metadata: MetaData
    _: KW_ONLY
    schema: str | None = None
    columns: Sequence[str] = ()
    with_data: bool = True

    def _statements(self) -> list[str]:
        head = f"{ident(self.schema or '', self.name)}{_columns(self.columns)}"
        data = "" if self.with_data else "\nWITH NO DATA"
        return [f"CREATE MATERIALIZED VIEW IF NOT EXISTS {head} AS\n{_sql(self.query)}{data}"]


@dataclass(frozen=True, eq=False)
class Function(_Object):
    """A function.

    Args:
        name: without its schema.
        body: what stands between the quotes of AS.
        metadata: what it belongs to.
        arguments: `a int, b text DEFAULT ''`.
        returns: its result's type.
        language: of the body.
        options: `STABLE SECURITY DEFINER SET search_path = ''` and the like.
        schema: where it lies; the one of the search path if None.
    """

    name: str
    body: str
    metadata: MetaData
    _: KW_ONLY
    arguments: str = ""
    returns: str = "void"
    language: str = "plpgsql"
    options: str = ""
    schema: str | None = None

    def _statements(self) -> list[str]:
        tag = "body"
        while f"${tag}$" in self.body:
            tag += "_"
        lines = [
            f"CREATE OR REPLACE FUNCTION {ident(self.schema or '', self.name)}({self.arguments})",
            f"RETURNS {self.returns}",
            f"LANGUAGE {ident(self.language)}",
            *([self.options] if self.options else []),
            f"AS ${tag}${self.body}${tag}$",
        ]
        return ["\n".join(lines)]


@dataclass(frozen=True, eq=False)
class Trigger(_Object):
    """A trigger.

    Args:
        name: of the trigger.
        table: its table or view, as SQLAlchemy names it: `users` or `schema.users`.
        metadata: what it belongs to.
        execute: the call of the function: `touch()`.
        when: it fires: `BEFORE UPDATE OF name`, `AFTER INSERT OR DELETE`.
        condition: an expression over OLD and NEW; none if empty.
        each: `ROW` or `STATEMENT`.
    """

    name: str
    table: TableName
    metadata: MetaData
    _: KW_ONLY
    execute: str
    when: str = "BEFORE INSERT OR UPDATE"
    condition: str = ""
    each: str = "ROW"

    def _statements(self) -> list[str]:
        condition = f"\nWHEN ({self.condition})" if self.condition else ""
        return [
            f"CREATE OR REPLACE TRIGGER {ident(self.name)} {self.when} ON {_relation(self.table)}\n"
            f"FOR EACH {self.each}{condition}\nEXECUTE FUNCTION {self.execute}"
        ]


@dataclass(frozen=True, eq=False)
class RowSecurity(_Object):
    """Row level security of a table, without which its policies are idle.

    Args:
        table: as SQLAlchemy names it: `users` or `schema.users`.
        metadata: what it belongs to.
        force: it holds for the table's owner, too.
    """

    table: TableName
    metadata: MetaData
    _: KW_ONLY
    force: bool = False

    def _statements(self) -> list[str]:
        table = _relation(self.table)
        forced = [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"] if self.force else []
        return [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", *forced]


@dataclass(frozen=True, eq=False)
class Policy(_Object):
    """A policy of row level security.

    Args:
        name: of the policy.
        table: as SQLAlchemy names it: `users` or `schema.users`.
        metadata: what it belongs to.
        command: `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`.
        roles: for whom; everybody if empty.
        using: which rows are seen; none is said if empty.
        check: which rows may be written; none is said if empty.
        permissive: False for one that has to hold beside the others.
    """

    name: str
    table: TableName
    metadata: MetaData
    _: KW_ONLY
    command: str = "ALL"
    roles: Sequence[str] = ()
    using: str = ""
    check: str = ""
    permissive: bool = True

    def _statements(self) -> list[str]:
        head = f"POLICY {ident(self.name)} ON {_relation(self.table)}"
        roles = ", ".join(role(each) for each in self.roles) or "PUBLIC"
        kind = "PERMISSIVE" if self.permissive else "RESTRICTIVE"
        parts = [f"CREATE {head}", f"AS {kind} FOR {self.command} TO {roles}"]
        parts += [f"USING ({self.using})"] if self.using else []
        parts += [f"WITH CHECK ({self.check})"] if self.check else []
        return [f"DROP POLICY IF EXISTS {ident(self.name)} ON {_relation(self.table)}", "\n".join(parts)]


@dataclass(frozen=True, eq=False)
class Grant(_Object):
    """Privileges.

    Args:
        privileges: `SELECT, INSERT (name)` or `ALL`.
        on: a table, as SQLAlchemy names it; of another `kind`, SQL: `touch()`.
        roles: who gets them; the empty name is everybody.
        metadata: what it belongs to.
        kind: `TABLE`, `SEQUENCE`, `FUNCTION`, `SCHEMA` and so on.
        grant_option: they may be passed on.
    """

    privileges: str
    on: TableName
    roles: Sequence[str]
    metadata: MetaData
    _: KW_ONLY
    kind: str = "TABLE"
    grant_option: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.roles, str):
            raise UsageError("The roles of a Grant are a list", where=f"Grant on {self.on}", do=f'["{self.roles}"]')
        super().__post_init__()

    def _statements(self) -> list[str]:
        on = _relation(self.on) if self.kind.upper() == "TABLE" else str(self.on)
        option = " WITH GRANT OPTION" if self.grant_option else ""
        roles = ", ".join(role(each) for each in self.roles)
        return [f"GRANT {self.privileges} ON {self.kind} {on} TO {roles}{option}"]


@dataclass(frozen=True, eq=False)
class Extension(_Object):
    """An extension. It is created before the tables.

    Args:
        name: of the extension.
        metadata: what it belongs to.
        schema: where its objects lie; its own choice if None.
    """

    name: str
    metadata: MetaData
    _: KW_ONLY
    schema: str | None = None
    _moment: ClassVar[str] = "before_create"

    def _statements(self) -> list[str]:
        schema = f" SCHEMA {ident(self.schema)}" if self.schema else ""
        return [f"CREATE EXTENSION IF NOT EXISTS {ident(self.name)}{schema}"]


def _columns(names: Sequence[str]) -> str:
    return f" ({', '.join(ident(name) for name in names)})" if names else ""


def _relation(table: TableName) -> str:
    """A table's name, quoted: SQLAlchemy's key of it, in which a dot stands after the schema."""
    if isinstance(table, str):
        return ident(*table.split("."))
    return ident(table.schema or "", table.name)


def _sql(query: Query) -> str:
    """A query as text, its values written into it."""
    if isinstance(query, str):
        return query.strip().rstrip(";")
    from sqlalchemy.dialects import postgresql

    # A named paramstyle, since the driver's own doubles every percent sign.
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _place(title: str) -> str:
    """Where the user's code makes an object, and what it is."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename in (__file__, "<string>"):  # dataclasses compile their __init__
        frame = frame.f_back
    path = os.path.relpath(frame.f_code.co_filename)
    path = frame.f_code.co_filename if path.startswith("..") else path
    return f"{path}:{frame.f_lineno} ({title})"
