"""Unique constraints."""

from __future__ import annotations

from telamon.kinds.primary_key import PrimaryKey


class Unique(PrimaryKey):
    name = "unique"
    rank = 36
    type = "u"
