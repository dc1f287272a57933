"""The engine of the history's tests serves here too."""

from tests.history.conftest import engine

__all__ = ["engine"]
