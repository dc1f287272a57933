"""Passwords never reach a person's screen or a log: not in errors, not in what `migrate apply` tells while it runs."""

from __future__ import annotations

import pytest

from telamon.errors import TelamonError, mask


@pytest.mark.parametrize(
    "text",
    [
        "postgres://app:geheim@host/db",
        "CONNECTION 'host=h password=geheim dbname=x'",
        "CREATE ROLE r LOGIN PASSWORD 'geheim' VALID UNTIL 'x'",
        r"ALTER ROLE r PASSWORD E'ge''heim\'geheim'",
        """CREATE USER MAPPING FOR r SERVER s OPTIONS ("user" 'u', "password" 'geheim')""",
        "ALTER USER MAPPING FOR r SERVER s OPTIONS (SET \"Password\" 'geheim', ADD api_key 'geheim')",
        """CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS ("aws_secret_access_key" 'geheim', sslpassword 'geheim')""",
    ],
)
def test_passwords_are_masked(text: str) -> None:
    """The rest stays, so that the statement can be found."""
    masked = mask(text)
    assert "heim" not in masked and "***" in masked
    assert masked.split("***")[0] and "heim" not in str(TelamonError("x", where=text))


def test_what_only_looks_like_one_stays() -> None:
    """Columns and words."""
    text = """CREATE TABLE t ("password" text DEFAULT 'x', token text); COMMENT ON COLUMN t.token IS 'a token'"""
    assert mask(text) == text
