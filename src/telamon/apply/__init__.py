"""Applying migrations to a target: the lock, the history, the run."""

from telamon.apply.options import Options
from telamon.apply.report import AppliedFile, ApplyReport
from telamon.apply.runner import apply
from telamon.apply.status import Status, status

__all__ = ["AppliedFile", "ApplyReport", "Options", "Status", "apply", "status"]
