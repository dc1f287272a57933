"""Seeds: the rows that belong to an environment, kept as files beside the migrations.

seeds/countries.csv      for every environment
seeds/local/users.yaml   for the environment `local`
"""

from telamon.seeding.apply import FileReport, apply_seeds
from telamon.seeding.status import FileStatus, seed_status

__all__ = ["FileReport", "FileStatus", "apply_seeds", "seed_status"]
