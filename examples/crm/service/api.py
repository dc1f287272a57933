"""A tiny API over the backend: the standard library and psycopg, as app_user, through PgBouncer.

    DATABASE_URL=postgres://app_user@localhost:6432/app python api.py 8080

Every request is one transaction, so that PgBouncer can pool transactions. Who asks stands in the header X-User; the
database's row security decides what that person sees.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
from psycopg.rows import dict_row

ACCOUNTS = "SELECT id, name, kind FROM crm.accounts ORDER BY name LIMIT 50"
CONTACTS = (
    "SELECT id, full_name, email FROM crm.contacts WHERE account_id = %(account)s ORDER BY created_at DESC LIMIT 50"
)
QUOTES = "SELECT id, number, title, status FROM crm.quotes WHERE account_id = %(account)s ORDER BY number DESC LIMIT 50"
NEW_ACCOUNT = "INSERT INTO crm.accounts (name, owner_id) VALUES (%(name)s, crm.current_user_id()) RETURNING id"
NEW_CONTACT = """
    INSERT INTO crm.contacts (account_id, owner_id, given_name, family_name, email)
    VALUES (%(account)s, crm.current_user_id(), %(given_name)s, %(family_name)s, %(email)s) RETURNING id, full_name
"""
NEW_QUOTE = """
    INSERT INTO crm.quotes (account_id, owner_id, price_book_id, currency, title)
    SELECT %(account)s, crm.current_user_id(), id, currency, %(title)s
      FROM crm.price_books WHERE is_standard AND currency = 'EUR' RETURNING id, number
"""
ROUTES: dict[tuple[str, str], str] = {
    ("GET", "health"): "SELECT 1 AS ok",
    ("GET", "accounts"): ACCOUNTS,
    ("POST", "accounts"): NEW_ACCOUNT,
    ("GET", "contacts"): CONTACTS,
    ("POST", "contacts"): NEW_CONTACT,
    ("GET", "quotes"): QUOTES,
    ("POST", "quotes"): NEW_QUOTE,
}
_LOCAL = threading.local()


def connection() -> psycopg.Connection[dict[str, Any]]:
    """The connection of this thread. No statement is prepared: behind PgBouncer the next one may run elsewhere."""
    if getattr(_LOCAL, "connection", None) is None or _LOCAL.connection.closed:
        url = os.environ["DATABASE_URL"]
        _LOCAL.connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, prepare_threshold=None)
    return _LOCAL.connection  # type: ignore[no-any-return]


class Api(BaseHTTPRequestHandler):
    """`/health`, `/accounts`, `/accounts/ID/contacts`, `/accounts/ID/quotes`: GET lists, POST adds."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.respond({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            given = json.loads(body or b"{}")
        except json.JSONDecodeError as error:
            return self.answer(400, {"error": str(error)})
        return self.respond(given)

    def respond(self, given: dict[str, Any]) -> None:
        """Runs the statement of the route, and answers with its rows."""
        path = self.path.strip("/").split("/")
        statement = ROUTES.get((self.command, path[-1])) if len(path) in (1, 3) else None
        if statement is None:
            return self.answer(404, {"error": "There is no such route"})
        values = {"name": None, "given_name": None, "family_name": None, "email": None, "title": None, **given}
        values["account"] = path[1] if len(path) == 3 else None
        try:
            database = connection()
            with database.transaction():
                database.execute("SELECT set_config('crm.user_id', %s, true)", [self.headers.get("X-User", "")])
                rows = database.execute(statement.encode(), values).fetchall()
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            return self.answer(400, {"error": error.diag.message_primary})
        except psycopg.errors.InsufficientPrivilege as error:
            return self.answer(403, {"error": error.diag.message_primary})
        except psycopg.Error as error:
            return self.answer(500, {"error": str(error)})
        return self.answer(201, rows[0]) if self.command == "POST" and rows else self.answer(200, rows)

    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content, default=str).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: one line a request is too much here."""


def main() -> None:
    """Serves on the port that is given, or on one that is free, and prints it."""
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Api)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
