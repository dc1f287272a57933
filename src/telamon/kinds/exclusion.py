"""Exclusion constraints."""

from __future__ import annotations

from telamon.kinds.primary_key import PrimaryKey


class Exclusion(PrimaryKey):
    name = "exclusion"
    rank = 37
    type = "x"
    survives = frozenset({"typmod"})
