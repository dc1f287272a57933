"""The documentation page of the rules, made from the rules."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.forecast import SPEEDS
from telamon.lint.rule import Example, Rule
from telamon.lint.rules import RULES

_HEAD = """# Lint rules

<!-- Made from src/telamon/lint/rules; TELAMON_WRITE_DOCS=1 pytest tests/docs writes it anew. -->

`telamon migrate lint` runs each statement of the new migrations on a copy of the base state with a few rows in each
table, and looks at what it did: the locks it took, the tables it rewrote or read from end to end, the facts that came,
went or changed. So statements inside `DO` blocks, functions and extension scripts are judged as if they were written
out, and a table that came in the same release, in whatever file, is not taken for one with users and rows. Syntax is
looked at only for what cannot be observed.

Codes are Atlas's where Atlas has one, else `TL` and a number. A comment above a statement, or in the head of a file
that a blank line sets off, takes findings away; a name is a code, a rule or a group:

```sql
-- atlas:nolint PG101 destructive
-- telamon:nolint PG101: the table has ten rows
```

In `telamon.toml`:

```toml
[lint]
grandfather = "20240101000000"        # files before this version are not judged
rules = ["lint_rules.py"]             # own rules: a list RULES of telamon.lint.rule.Rule

[lint.severity]                       # error, warning, info, off, on; by code, rule or group
PG101 = "error"
json-type = "off"

[lint.naming]                         # schema, table, column, index, foreign_key, check
table = "^[a-z][a-z0-9_]*$"

[lint.types]                          # unwanted type = what to take instead
money = "numeric"

[lint.ownership]                      # objects that these migrations may change, and those that they may not
allow = ["billing.*", "public.*"]
deny = ["billing.audit_*"]

[[lint.path]]                         # other severities for some files
files = "migrations/2023*"
severity = { destructive = "warning" }

[[lint.sql]]                          # a rule in SQL: each new row is a finding
name = "no-public-tables"
query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
message = "Tables belong into a schema of their own"
severity = "error"
```

An environment may have its own: `[env.prod.lint]` and so on.

A rule of one's own looks at each statement, at what it was seen to do (`telamon.lint.observed.Observed`) and at the
database before the release (`telamon.lint.rule.Context`):

```python
from telamon.lint.rule import Hit, Rule
from telamon.lint.state import Index


def judge(seen, ctx):
    for index in seen.created(Index):
        if ctx.live_table(index.of) and not index.name.endswith("_idx"):
            yield Hit(f"Index {index.name} does not end with _idx", rewrite="")


RULES = [
    Rule(
        "OUR1",
        "index-names",
        "ours",
        "error",
        meaning="An index has an odd name.",
        why="We look for them by name",
        instead="A name that ends with _idx.",
        judge=judge,
    )
]
```

## Forecasts

`telamon migrate lint --url postgres://...` reads the sizes of the target's tables, how many rows are written to them,
and how long the oldest transaction has been open; it writes nothing. Where CI may not reach the target, somebody who
may writes a file, of names and numbers only: `telamon schema stats --url postgres://... > stats.json`, and CI runs
`telamon migrate lint --stats stats.json`.

Each finding about what exists then says how long its statement works at that size, as a range with its basis (in JSON
also as `forecast_seconds`), and who waits meanwhile. Speeds are assumed, wide on purpose, from a busy disk over the
network to a table that lies in memory:

{speeds}

Writes are counted since the statistics of the target were reset, else since its server started.
"""


def page() -> str:
    """The whole page."""
    speeds = "\n".join(["| a statement that | MB/s |", "|---|---|", *_speeds()])
    return (
        "\n".join([_HEAD.replace("{speeds}", speeds), *_table(), *(line for rule in RULES for line in _section(rule))])
        + "\n"
    )


def _speeds() -> Iterator[str]:
    told = {
        "rewrites": "rewrites a table: its rows and indexes together",
        "builds": "builds indexes: the rows",
        "reads": "reads a table: the rows",
        "writes": "writes all rows: they and the indexes together",
    }
    return (f"| {told[doing]} | {slow:g} to {fast:g} |" for doing, (slow, fast) in SPEEDS.items())


def _table() -> Iterator[str]:
    yield "| code | rule | group | severity | finds |"
    yield "|---|---|---|---|---|"
    for rule in RULES:
        severity = rule.severity if rule.on else f"{rule.severity}, off"
        link = f"[{rule.code}](#{rule.code.lower()}-{rule.name})"
        yield f"| {link} | `{rule.name}` | `{rule.analyzer}` | {severity} | {rule.meaning} |"
    yield ""


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.code} {rule.name}"
    yield ""
    yield f"{rule.meaning} {rule.why}."
    yield ""
    yield f"**Instead:** {rule.instead}"
    yield ""
    if not rule.live:
        yield "It concerns what is new in the release, too."
        yield ""
    yield from _example("found", rule.bad)
    yield from _example("not found", rule.good)


def _example(word: str, example: Example) -> Iterator[str]:
    if not example.sql:
        return
    yield "```sql"
    if example.setup:
        yield f"-- there is: {example.setup}"
    yield f"-- {word}:"
    yield example.sql
    yield "```"
    yield ""
