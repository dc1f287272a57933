"""All rules. A new one is one file here, and two lines below."""

from __future__ import annotations

from telamon.lint.rule import Rule
from telamon.lint.rules import (
    concurrently_in_transaction,
    create_index,
    drop_index,
    linear,
)

RULES: tuple[Rule, ...] = (
    create_index.RULE,
    drop_index.RULE,
    concurrently_in_transaction.RULE,
    linear.RULE,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
