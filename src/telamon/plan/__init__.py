"""From two catalogs to SQL: changes, actions, their order. Knows no kind by name."""

from __future__ import annotations

from telamon.plan.planner import Plan, make_plan
from telamon.plan.render import render

__all__ = ["Plan", "make_plan", "render"]
