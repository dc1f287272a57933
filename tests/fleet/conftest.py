"""The server and the cases of apply serve fleets as well."""

from __future__ import annotations

from tests.apply.conftest import case, server

__all__ = ["case", "server"]
