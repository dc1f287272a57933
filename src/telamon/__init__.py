"""Telamon: schema migrations for PostgreSQL, proved, sealed and patient."""

__version__ = "0.1.0"
