"""Kubernetes: a job that migrates before a rollout, and pods that wait for the schema they need."""

from __future__ import annotations

import json
import re
import shlex

from telamon.scaffold import Piece, Settings, fill
from telamon.scaffold import pieces as pieces_of

JOB = "deploy/kubernetes/migrate-job.yaml"
DEPLOYMENT = "deploy/kubernetes/app-deployment.yaml"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The job, a deployment with an init container, and the image of both."""
    name = re.sub(r"[^a-z0-9]+", "-", settings.root.name.lower()).strip("-")[:40].strip("-")
    name = name if name[:1].isalpha() else f"app-{name}".strip("-")
    flags = shlex.split(settings.flags)
    apply = ["migrate", "apply", "--wait-for-database", "60s", "--lock-timeout", "2m", *flags]
    waiting = (
        "until telamon migrate status --format json"
        + "".join(f" {shlex.quote(flag)}" for flag in flags)
        + ' | grep -q \'"Status": "OK"\'; do sleep 2; done'
    )
    values = {"name": name, "variable": settings.variable}
    hint = (
        f"Then: kubectl create secret generic {name}-migration --from-literal={settings.variable}=postgres://...\n"
        f"      kubectl apply -f {JOB} && kubectl wait --for=condition=complete --timeout=10m job/{name}-migrate"
    )
    return (
        Piece(JOB, fill("kubernetes", "job.yaml", command=_expanded(apply), **values), hint=hint),
        Piece(DEPLOYMENT, fill("kubernetes", "deployment.yaml", waiting=_expanded(waiting), **values)),
        *pieces_of(["docker"], settings),
    )


def _expanded(value: object) -> str:
    """JSON that is as given after Kubernetes has put variables in the place of $(NAME)."""
    return json.dumps(value).replace("$(", "$$(")
