"""`migrate lint`: selects files, runs them, and lets the rules judge what was seen."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from telamon.dev import open_dev
from telamon.directory import MigrationFile
from telamon.errors import TelamonError
from telamon.lint.effect import effect
from telamon.lint.finding import FileReport, Finding, LintReport
from telamon.lint.forecast import Forecast, forecast
from telamon.lint.observe import FileFailed, Observer, prepared
from telamon.lint.observed import Observed
from telamon.lint.own import Queries, in_sql, own_rules
from telamon.lint.rule import Context, Hit, Rule
from telamon.lint.rules import RULES, unknown_nolint
from telamon.lint.rules import linear as linear_rule
from telamon.lint.select import Selection
from telamon.lint.settings import Settings, names_of
from telamon.lint.silence import Silence, of_file, of_statement
from telamon.lint.stats import Stats
from telamon.lint.syntax import parsed


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules that are in force, and how they are set.

    Args:
        stats: how large and busy the target is, None where nobody asked.
    """

    rules: Sequence[Rule]
    settings: Settings
    stats: Stats | None = None

    def report(self, file: MigrationFile, seen: Sequence[Observed], context: Context, failure: str) -> FileReport:
        """What the rules find in a file that was run."""
        silences = _silences(file)
        findings: list[Finding] = []
        silenced = 0
        for each in seen:
            above = of_statement(each.statement)
            own = [*silences, *above]
            findings += self._unknown(file, each, above)
            expected = forecast(each, context, self.stats) if self.stats else None
            for rule in self.rules:
                severity = self.settings.severity(rule, file.path)
                if severity is None:
                    continue
                for hit in rule.judge(each, context):
                    if any(silence.covers(rule) for silence in own):
                        silenced += 1
                    else:
                        findings.append(_finding(rule, hit, severity, file, each, expected))
        findings += self._unknown(file, None, silences)
        findings.sort(key=lambda finding: (finding.line, finding.code))
        effects = tuple(found for each in seen if (found := effect(each, context)))
        return FileReport(file.path, len(seen), tuple(findings), silenced, failure or None, effects)

    def _unknown(self, file: MigrationFile, seen: Observed | None, silences: Sequence[Silence]) -> Iterator[Finding]:
        """Comments that silence what there is not."""
        rule = unknown_nolint.RULE
        severity = self.settings.severity(rule, file.path) if rule in self.rules else None
        if severity is not None and silences and not any(silence.covers(rule) for silence in silences):
            for hit in unknown_nolint.judge_silences(silences, names_of(self.rules)):
                yield _finding(rule, hit, severity, file, seen)

    def of_files(self, selection: Selection) -> dict[str, list[Finding]]:
        """What is wrong with the order of files, by path."""
        found: dict[str, list[Finding]] = {}
        for rule, file, hit in linear_rule.judge_files(selection):
            findings, _ = self.of_whole(file, [(rule, hit)])
            found.setdefault(file.path, []).extend(findings)
        return {path: findings for path, findings in found.items() if findings}

    def of_whole(self, file: MigrationFile, hits: Iterable[tuple[Rule, Hit]]) -> tuple[list[Finding], int]:
        """What rules say of a file as a whole, and how many times a comment took that away."""
        silences, findings, silenced = _silences(file), list[Finding](), 0
        for rule, hit in hits:
            severity = self.settings.severity(rule, file.path)
            if severity is not None and any(silence.covers(rule) for silence in silences):
                silenced += 1
            elif severity is not None:
                findings.append(_finding(rule, hit, severity, file, None))
        return findings, silenced


@dataclass(frozen=True, slots=True)
class Run:
    """One new file, run and judged."""

    file: MigrationFile
    seen: tuple[Observed, ...]
    report: FileReport


def lint(selection: Selection, dev_url: str, settings: Settings, stats: Stats | None = None) -> LintReport:
    """Judges migrations.

    Args:
        selection: of a directory that is verified.
        dev_url: the dev server.
        stats: of the target, to forecast from; None for no forecast.

    Raises:
        CheckError: the base does not replay.
        UsageError: the configuration names a rule that there is not.
    """
    runs = judged(selection, dev_url, settings, stats)
    names = {run.file.path for run in runs}
    order = _judge(settings).of_files(selection)
    rest = [FileReport(path, 0, tuple(found)) for path, found in order.items() if path not in names]
    return LintReport((*(run.report for run in runs), *rest))


def judged(selection: Selection, dev_url: str, settings: Settings, stats: Stats | None = None) -> list[Run]:
    """The new files, run in order, each with what the rules say.

    Raises:
        CheckError: the base does not replay.
        UsageError: the configuration names a rule that there is not.
    """
    judge = replace(_judge(settings), stats=stats)
    order = judge.of_files(selection)
    if not selection.files:
        return []
    runs = []
    # The grammar is loaded while the server copies the base state.
    threading.Thread(target=parsed, args=("SELECT",)).start()
    with open_dev(dev_url) as dev, prepared(selection.base, dev) as database:
        observer = Observer(database.connect(), dev.description, f"{dev.identity} {selection.base.chain_key()}")
        queries = Queries(settings.queries, observer.connection)
        for file, wanted in selection.files:
            run = _one(observer, judge, file, order.get(file.path, []), queries)
            if wanted and file.version >= settings.grandfather:
                runs.append(run)
    return runs


def _judge(settings: Settings) -> Judge:
    rules = [*RULES, *own_rules(settings.modules), *map(in_sql, settings.queries)]
    settings.check(rules)
    return Judge(rules, settings)


def _one(observer: Observer, judge: Judge, file: MigrationFile, first: list[Finding], queries: Queries) -> Run:
    seen: list[Observed] = []
    failure = ""
    try:
        seen.extend(observer.file(file))
        reversible = file.down() is not None
    except FileFailed as failed:
        failure, reversible = str(failed.error), True
    settings = judge.settings
    context = Context(
        observer.base, tuple(seen), settings.names, settings.types, settings.allow, settings.deny, reversible
    )
    report = judge.report(file, seen, context, failure)
    own, silenced = judge.of_whole(file, queries.hits())
    found = (*first, *own, *report.findings)
    return Run(file, tuple(seen), replace(report, findings=found, silenced=report.silenced + silenced))


def _silences(file: MigrationFile) -> list[Silence]:
    """What a file wants not to be said; nothing where it cannot be read, which is said elsewhere."""
    try:
        return of_file(file)
    except TelamonError:
        return []


def _finding(
    rule: Rule, hit: Hit, severity: str, file: MigrationFile, seen: Observed | None, expected: Forecast | None = None
) -> Finding:
    told = expected if rule.live else None
    line = seen.statement.origin.line if seen else 1
    text = seen.statement.text if seen else ""
    return Finding(
        code=rule.code,
        rule=rule.name,
        analyzer=rule.analyzer,
        severity=severity,  # type: ignore[arg-type]
        message=hit.message,
        why=rule.why,
        rewrite=hit.rewrite,
        path=file.path,
        line=line,
        end_line=line + text.count("\n"),
        statement=text,
        forecast=told.text if told else "",
        forecast_seconds=told.seconds if told else None,
    )
