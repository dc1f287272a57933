"""Turning the driver's errors into ones that tell what to do. Imported without the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telamon.errors import TelamonError

if TYPE_CHECKING:
    import psycopg

# libpq gives no codes for failures before the session starts, so its own (untranslated) words decide the advice alone.
_ADVICE = (
    ("password authentication failed", "Check the user and the password in the URL, or PGPASSWORD and ~/.pgpass."),
    ("no password supplied", "Put the password into the URL, PGPASSWORD or ~/.pgpass."),
    ("authentication", "Check how the server lets this user in (pg_hba.conf)."),
    ("received invalid response", "What answers at this address is not PostgreSQL: check host and port."),
    ("expected authentication request", "What answers at this address is not PostgreSQL: check host and port."),
    ("translate host name", "Check the host name in the URL."),
    ("does not exist", "Create the database first, or check the names in the URL."),
    ("invalid", "Check the URL: postgres://user:password@host:port/database."),
)


def explain(error: psycopg.Error, what: str, where: str = "") -> TelamonError:
    """The error to show for a failed connection or statement of our own: the server's words and an advice."""
    why = str(error).strip()
    if error.sqlstate == "53100" or "No space left" in why:
        do = "Free space on the disk of the dev server."
    elif error.sqlstate:
        do = "See the server's message; use another dev server with --dev-url if it cannot be helped."
    else:
        fallback = "Check that the server runs and can be reached from here."
        do = next((advice for words, advice in _ADVICE if words in why), fallback)
    return TelamonError(what, where=where, why=why, do=do)
