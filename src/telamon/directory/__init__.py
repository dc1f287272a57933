"""The migration directory and its sum file."""

from telamon.directory.directory import Directory, locate
from telamon.directory.files import MigrationFile, file_name
from telamon.directory.sumfile import SUM_FILE, Entry, SumFile

__all__ = ["SUM_FILE", "Directory", "Entry", "MigrationFile", "SumFile", "file_name", "locate"]
