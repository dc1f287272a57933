"""What atlas.hcl can say, and what it is told when it says something else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from telamon.errors import TelamonError, UsageError
from telamon.hcl.exclude import translated
from telamon.project import Env, load_project


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str, env: str | None = "x", **variables: str) -> Env:
    """The environment of a text."""
    Path("atlas.hcl").write_text(text)
    return load_project("file://atlas.hcl", env, {name: (value,) for name, value in variables.items()})


def value(expression: str) -> Any:
    """The value of an expression."""
    atlas = loaded(f'env "x" {{\n own = {expression}\n}}\n').atlas
    assert atlas is not None
    return dict(atlas.extra)["own"]()


EXPRESSIONS: list[tuple[str, Any]] = [
        ('"a${1 + 2 * 3}b"', "a7b"),
        ('"$${x} %%{y} \\"q\\" \\u00e9\\n"', '${x} %{y} "q" é\n'),
        ("-2 - 3", -5),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("7 % 4", 3),
        ("!(1 > 2) && 3 != 4 || false", True),
        ('1 == 1 ? "yes" : undefined', "yes"),
        ("true == 1", False),
        ("[for i, v in [5, 6] : i * v]", [0, 6]),
        ('{ for k, v in { a = 1, "b" : 2 } : upper(k) => v if v > 1 }', {"B": 2}),
        ('{ for w in ["aa", "ab", "b"] : substr(w, 0, 1) => w... }', {"a": ["aa", "ab"], "b": ["b"]}),
        ("[{ n = 1 }, { n = 2 }][*].n", [1, 2]),
        ('{ "a b" = { c = [1, 2] } }["a b"].c[1]', 2),
        ("<<-EOT\n    a ${1 + 1}\n      b\n    EOT\n", "a 2\n  b\n"),
        ('format("%s-%03d-%v", "a", 7, [1])', "a-007-[1]"),
        ('join(",", concat(["a"], split(" ", "b c")))', "a,b,c"),
        ("merge({ a = 1 }, { a = 2, b = 3 })", {"a": 2, "b": 3}),
        ('lookup({ a = 1 }, "b", 9)', 9),
        ('toset(["b", "a", "b"])', ["a", "b"]),
        ('[startswith("abc", "a"), endswith("abc", "b"), trimspace(" x ")]', [True, False, "x"]),
        ('coalesce("", null, "c")', "c"),
        ('try(jsondecode("{"), jsondecode("[1]")[3], "last")', "last"),
        ("can(tonumber(\"x\"))", False),
        ('jsondecode(jsonencode({ a = [true, null] }))', {"a": [True, None]}),
        ('urlescape("a b/c")', "a+b%2Fc"),
        ('urlqueryset("postgres:///db?host=%2Ftmp", "search_path", "a b")', "postgres:///db?host=%2Ftmp&search_path=a+b"),
        ('urlsetpath("postgres://u:p@h:1/db?x=y", "other")', "postgres://u:p@h:1/other?x=y"),
        ('urluserinfo("postgres://h/db", "u", "p@")', "postgres://u:p%40@h/db"),
        ("max([1, 3]...)", 3),
        ('replace("a-b", "/[a-z]/", "x")', "x-x"),
]  # fmt: skip


# Numbers for names: a test elsewhere looks for folders named after what it must not write.
@pytest.mark.parametrize(("expression", "wanted"), EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_expressions(expression: str, wanted: Any) -> None:
    assert value(expression) == wanted


def test_files_and_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHO", "me ${NOT_OURS}")
    (folder / "a.sql").write_text("text")
    assert value('[getenv("WHO"), getenv("NOBODY"), file("a.sql")]') == ["me ${NOT_OURS}", "", "text"]
    assert value('[glob("*.sql"), fileset(".", "*.sql")]') == [["a.sql"], ["a.sql"]]
    assert loaded('env "x" {\n url = getenv("WHO")\n}\n').url == "me ${NOT_OURS}"


DATA = """
data "external" "json" {
  program = ["%s", "-c", "import os; print('{\\"dir\\": \\"' + os.path.basename(os.getcwd()) + '\\"}')"]
  working_dir = "sub"
}
data "runtimevar" "file" {
  url = "file://secret.txt?decoder=string"
}
data "runtimevar" "constant" {
  url = "constant://?val=hello+world&decoder=string"
}
data "template_dir" "t" {
  path = "templates"
  vars = {
    schema = "app"
  }
}
docker "postgres" "dev" {
  image  = "postgis/postgis:16"
  schema = "public"
}
env "x" {
  dev = docker.postgres.dev.url
  url = "postgres://u:${urlescape(trimspace(data.runtimevar.file))}@h/db"
  role = 1
  migration {
    dir = data.template_dir.t.url
  }
  a = jsondecode(data.external.json).dir
  b = data.runtimevar.constant
}
"""


def test_data_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELAMON_CACHE", str(folder / "cache"))
    (folder / "sub").mkdir()
    (folder / "secret.txt").write_text("p@ss\n")
    (folder / "templates").mkdir()
    (folder / "templates" / "1.sql").write_text('CREATE SCHEMA "{{ .schema }}";\n')
    env = loaded((DATA % sys.executable).replace("  role = 1\n", ""))
    assert env.url == "postgres://u:p%40ss@h/db"
    assert env.dev == "docker+postgres://_/postgis/postgis:16/dev?search_path=public"
    assert Path(env.dir or "", "1.sql").read_text() == 'CREATE SCHEMA "app";\n'
    assert Path(env.dir or "", "atlas.sum").exists()
    assert env.atlas is not None
    assert {name: read() for name, read in env.atlas.extra} == {"a": "sub", "b": "hello world"}


def test_policies() -> None:
    env = loaded(
        'lint {\n latest = 1\n git {\n base = "main"\n }\n destructive {\n error = true\n }\n}\n'
        'env "x" {\n lint {\n latest = 2\n data_depend {\n error = false\n }\n naming {\n match = "^[a-z]+$"\n'
        ' index {\n match = "^idx_"\n message = "idx"\n }\n }\n }\n'
        " diff {\n skip {\n drop_table = true\n drop_schema = false\n add_index = true\n }\n"
        " concurrent_index {\n create = true\n }\n }\n"
        ' migration {\n exec_order = NON_LINEAR\n lock_timeout = "1m"\n }\n schemas = ["a"]\n}\n'
    )
    assert env.atlas is not None
    lint = env.atlas.lint
    assert (lint.latest, lint.git_base, lint.errors) == (2, "main", (("destructive", True), ("data_depend", False)))
    assert [(each.of, each.match, each.message) for each in lint.naming] == [
        ("", "^[a-z]+$", ""),
        ("index", "^idx_", "idx"),
    ]
    assert env.values["lint"]["severity"] == {"destructive": "error", "data_depend": "warning"}
    assert (env.values["lint"]["naming"]["index"], env.values["lint"]["naming"]["table"]) == ("^idx_", "^[a-z]+$")
    assert env.atlas.diff.skip == ("drop_table", "add_index")
    assert env.atlas.diff.concurrently == {"create"} and env.atlas.notes == ()
    assert (env.exec_order, env.lock_timeout, env.schemas) == ("non-linear", 60.0, ("a",))


def test_nothing_is_evaluated_that_is_not_used() -> None:
    env = loaded(
        'variable "none" {\n type = string\n}\ndata "external" "bad" {\n program = ["false"]\n}\n'
        'env "x" {\n url = var.none\n dev = data.external.bad\n schemas = ["a"]\n}\n'
    )
    assert env.schemas == ("a",)
    with pytest.raises(UsageError, match="The variable none has no value") as caught:
        _ = env.url
    assert caught.value.where == "atlas.hcl:1"
    with pytest.raises(TelamonError, match="The program false failed with 1"):
        _ = env.dev


def test_variables_have_types() -> None:
    text = (
        'variable "n" {\n type = number\n}\nvariable "l" {\n type = list(string)\n default = []\n}\n'
        'env "x" {\n a = var.n + 1\n b = var.l\n}\n'
    )
    atlas = loaded(text, n="41", l="p,q").atlas
    assert atlas is not None and [read() for _, read in atlas.extra] == [42, ["p", "q"]]
    wrong = loaded(text, n="x").atlas
    with pytest.raises(UsageError, match="--var n: it is a number"):
        [read() for _, read in (wrong.extra if wrong else ())]
    with pytest.raises(UsageError, match="the variable m is not understood"):
        loaded(text, m="1")


@pytest.mark.parametrize(
    ("text", "line", "what", "do"),
    [
        ('env "x" {\n url = frobnicate_it("a")\n}', 2, "The function frobnicate_it is not known", "Known are"),
        ('env "x" {\n url = getenb("a")\n}', 2, "The function getenb is not known", "getenv"),
        ('env "x" {\n schema = ["a"]\n}', 2, "The attribute schema", "schemas"),
        ('env "x" {\n migratoin {\n }\n}', 2, "The block migratoin", "migration"),
        ('env "x" {\n migration {\n  dirr = "x"\n }\n}', 3, "The attribute dirr", "dir"),
        ('variable "v" {\n typ = string\n}', 2, "The attribute typ", "type"),
        ('data "hcl_schema" "h" {\n path = "x"\n}', 1, "hcl_schema", "schema inspect"),
        ('data "aws_rds_token" "h" {\n}', 1, "aws_rds_token", "external"),
        ('data "external" "h" {\n programme = ["x"]\n}', 2, "programme", "program"),
        ('hook "sql" "h" {\n}', 1, "The block hook", "migration files"),
        ('tabel "t" {\n}', 1, "The block tabel", "Known are"),
        ('env "x" {\n diff {\n  skip {\n   modify_table = true\n  }\n }\n}', 4, "modify_table", "exclude"),
        ('lint {\n destructiv {\n  error = true\n }\n}\nenv "x" {\n}', 2, "destructiv", "destructive"),
        ('env "x" {\n url = \n}', 2, "This is not HCL", "Correct"),
        ('env "x" {\n include = ["x"]\n}', 2, "include is not read", "exclude"),
        ('env "x" {\n url = "a"\n url = "b"\n}', 3, "url is given twice", "one of them"),
    ],
)
def test_what_is_not_understood_is_an_error(text: str, line: int, what: str, do: str) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(text + "\n")
    assert what in caught.value.what and do in caught.value.do
    assert caught.value.where == f"atlas.hcl:{line}"


@pytest.mark.parametrize(
    ("expression", "line", "what"),
    [
        ("var.none", 2, "The variable none"),
        ("local.loop", 8, "refers to itself"),
        ("data.external.none", 2, "none is not understood"),
        ("{ a = 1 }.b", 2, "There is no 'b'"),
        ('"${[1]}-"', 2, "is not a text"),
        ("1 / 0", 2, "Division by zero"),
        ('"x" + 1', 2, "is not a number"),
        ("undefined", 2, "undefined is not defined"),
        ('file("missing")', 2, "file fails"),
        ('"%{ if true }a%{ endif }"', 2, "template if start is not understood"),
        ('tonumber("x")', 2, "tonumber does not take these"),
    ],
)
def test_what_cannot_be_evaluated_names_its_line(expression: str, line: int, what: str) -> None:
    rest = 'data "external" "e" {\n program = ["x"]\n}\nlocals {\n loop = local.loop\n}\n'
    env = loaded(f'env "x" {{\n url = {expression}\n}}\n{rest}')
    with pytest.raises(UsageError) as caught:
        _ = env.url
    assert what in caught.value.what
    assert caught.value.where == f"atlas.hcl:{line}"


def test_hcl_schemas_are_refused() -> None:
    with pytest.raises(UsageError, match="HCL schema files are not read") as caught:
        _ = loaded('env "x" {\n src = "file://schema.hcl"\n}\n').src
    assert caught.value.where == "atlas.hcl:2"


def test_which_environment() -> None:
    text = 'env "a" {\n url = "named"\n}\nenv {\n name = atlas.env\n url = "any ${atlas.env}"\n}\n'
    assert (loaded(text, "a").url, loaded(text, "b").url, loaded(text, None).url) == ("named", "any b", None)
    with pytest.raises(UsageError, match="has no environment z"):
        loaded('env "a" {\n}\n', "z")


@pytest.mark.parametrize(
    ("pattern", "bound", "some"),
    [
        ("drizzle", "", {"schema:drizzle"}),
        ("public.tmp_*", "", {"table:public.tmp_*", "function:public.tmp_*.*"}),
        ("tmp_*", "public", {"table:public.tmp_*"}),
        ("*.users.email", "", {"column:*.users.email"}),
        ("*.*[type=view]", "", {"view:*.*"}),
        ("a.t.i[type=index]", "", {"index:a.i"}),
        ("a.t.*[type=index|check]", "", {"index:a.*", "check:a.t.*"}),
        ("table:x", "", {"table:x"}),
    ],
)
def test_patterns_of_what_is_left_alone(pattern: str, bound: str, some: set[str]) -> None:
    assert some <= set(translated(pattern, bound))


def test_patterns_match_whole_objects_only() -> None:
    """`*.users` is a table, and not the column users of another table."""
    assert "column:*.users" not in set(translated("*.users"))
    with pytest.raises(UsageError, match=r"type=tabel"):
        list(translated("*[type=tabel]"))
