"""Exclusion constraints."""

from __future__ import annotations

from telamon.kinds.primary_key import PrimaryKey


class Exclusion(PrimaryKey):
    name = "exclusion"
    rank = 37
    types = "x"
    survives = frozenset({"typmod"})
