"""The migration directory and its sum file."""

from telamon.directory.directory import Directory, locate
from telamon.directory.files import Check, MigrationFile, Part, file_name
from telamon.directory.sumfile import SUM_FILE, Difference, Entry, SumFile
from telamon.directory.verify import SumError

__all__ = [
    "SUM_FILE",
    "Check",
    "Difference",
    "Directory",
    "Entry",
    "MigrationFile",
    "Part",
    "SumError",
    "SumFile",
    "file_name",
    "locate",
]
