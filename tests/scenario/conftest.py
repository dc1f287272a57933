"""Fixtures of these tests."""

from tests.commands import place, server

__all__ = ["place", "server"]
