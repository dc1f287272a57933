"""Migrations of other tools, converted into a migration directory."""

from telamon.importing.convert import convert
from telamon.importing.formats import FORMATS, Place, detect, locate, read_foreign
from telamon.importing.types import Foreign, Found

__all__ = ["FORMATS", "Foreign", "Found", "Place", "convert", "detect", "locate", "read_foreign"]
