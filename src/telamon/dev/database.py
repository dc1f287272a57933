"""What every dev server offers: fresh databases, and databases kept as templates for later runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from telamon.dev.errors import explain
from telamon.errors import TelamonError

if TYPE_CHECKING:
    from types import TracebackType

    import psycopg


class Dropper(Protocol):
    """Whoever made a database and can take it away."""

    def drop(self, database: Database, *, wait: bool = True) -> None:
        """Removes what was made; called once.

        Args:
            wait: come back when it is gone; else it may go meanwhile.
        """


class Database:
    """An empty or copied database on a dev server. A context manager: dropped on exit, which nobody waits for.

    Args:
        name: its name on the server.
        conninfo: how to connect to it with libpq.
        server: what drops it.
    """

    __slots__ = ("_ahead", "_connections", "_server", "conninfo", "name")

    def __init__(self, name: str, conninfo: str, server: Dropper) -> None:
        self.name, self.conninfo = name, conninfo
        self._server: Dropper | None = server
        self._connections: list[psycopg.Connection[tuple[Any, ...]]] = []
        self._ahead: list[psycopg.Connection[tuple[Any, ...]]] = []

    def connect_ahead(self, count: int) -> None:
        """Makes connections that `connect` will give: the first ones to a database, and those, take some 5 ms each.

        Raises:
            TelamonError: the server does not let us in.
        """
        self._ahead += [self.connect() for _ in range(count)]

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection as the owner, in autocommit. It is closed when the database is dropped or kept.

        Raises:
            TelamonError: the server does not let us in.
        """
        import psycopg

        if self._ahead:
            return self._ahead.pop()
        try:
            connection = psycopg.connect(self.conninfo, autocommit=True)
        except psycopg.Error as error:
            raise explain(error, "The dev database cannot be connected to", self.name) from error
        self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Closes the connections made by `connect`."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._ahead.clear()

    def release(self) -> None:
        """Closes the connections and leaves the database to someone else: `drop` does nothing from now on."""
        self.close()
        self._server = None

    def drop(self, *, wait: bool = True) -> None:
        """Drops the database, whoever is connected. Does nothing the second time.

        Args:
            wait: come back when it is gone; else it may go meanwhile.
        """
        server, self._server = self._server, None
        self.close()
        if server:
            server.drop(self, wait=wait)

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop(wait=False)


class TemplateMissingError(TelamonError):
    """The cached template was evicted between asking for it and copying it."""


class Dev(ABC):
    """A dev server: throwaway databases on which SQL is executed to learn what it means.

    Attributes:
        version_num: the server's version, for example 180006.
        description: which server this is, for messages.
        identity: everything about the server that decides what SQL means; part of every cache key.
        many: whether several databases may be there at once, made by several threads.
    """

    version_num: int
    description: str
    identity: str
    many: bool = False

    @abstractmethod
    def create(self, template: str | None = None) -> Database:
        """A fresh database: empty, or a copy of the cached template with the key `template`.

        Raises:
            TemplateMissingError: there is no such template (any more).
            TelamonError: the server refuses, for example for lack of space.
        """

    def prepare(self) -> None:
        """Says that databases will be asked for soon: a server may begin to start meanwhile."""
        return

    @abstractmethod
    def has(self, key: str) -> bool:
        """Whether there is a cached template database with this key."""

    @abstractmethod
    def keep(self, database: Database, key: str) -> None:
        """Turns `database` into the cached template `key`, closing its connections; the handle is spent afterwards.

        When there is such a template already, made before or by another run meanwhile, that one stays. A database with
        state that copies lose (subscriptions, settings, grants and a comment on the database itself) is not kept.
        """

    @abstractmethod
    def close(self) -> None:
        """Drops what this run made and lets go of the server."""
