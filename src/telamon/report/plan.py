"""A plan as JSON."""

from __future__ import annotations

import json

from telamon.plan import Plan


def plan_as_json(plan: Plan) -> str:
    """`{"statements": [{"sql", "comment", "loss", "rewrite", "transactional"}], "losses": [...]}`."""
    statements = [
        {
            "sql": step.sql,
            "comment": step.comment,
            "loss": step.loss,
            "rewrite": step.rewrite,
            "transactional": step.transactional,
        }
        for step in plan.statements()
    ]
    return json.dumps({"statements": statements, "losses": list(plan.losses)}, indent=2)
