"""The report as text, until and unless there is a better renderer."""

from __future__ import annotations

import importlib
import importlib.util

from telamon.errors import UsageError
from telamon.lint.finding import LintReport


def rendered(report: LintReport, form: str) -> str:
    """The report in a form."""
    if importlib.util.find_spec("telamon.report.lint"):
        text: str = importlib.import_module("telamon.report.lint").render(report, form)
        return text
    if form != "text":
        raise UsageError(f"--format {form} is not there yet", do="Give --format text.")
    lines = []
    for file in report.files:
        lines.append(f"{file.path}: {file.statements} statements, {len(file.findings)} findings")
        for each in file.findings:
            lines.append(f"  L{each.line}: {each.severity}: {each.message} ({each.code} {each.rule})")
            lines.append(f"      {each.why}")
            lines += [f"      | {line}" for line in each.rewrite.splitlines()]
        if file.failure:
            lines += [f"  {line}" for line in file.failure.splitlines()]
    return "".join(f"{line}\n" for line in lines)
