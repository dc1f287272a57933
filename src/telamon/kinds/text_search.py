"""Text search: parsers, templates, dictionaries and configurations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import Options, as_options, function, option_list, options, qualified
from telamon.quote import ident, idents


class FunctionsSpec(Struct, frozen=True):
    functions: Options


class DictionarySpec(Struct, frozen=True):
    """
    Args:
        options: as the server wrote them down: `language = 'english', stopwords = 'english'`.
    """

    template: str
    options: str


class ConfigurationSpec(Struct, frozen=True):
    """
    Args:
        mappings: (token type, dictionaries in order), by token type.
    """

    parser: str
    mappings: tuple[tuple[str, tuple[str, ...]], ...]


class TextSearchFunctions(Kind):
    """What parsers and templates have in common: they are functions under a name."""

    catalog: ClassVar[str]
    prefix: ClassVar[str]
    columns: ClassVar[tuple[tuple[str, str], ...]]

    @property
    def word(self) -> str:
        return self.name.replace("_", " ")

    def query(self, server: Server) -> str:
        listed = options(*((word, function(f"t.{column}", server)) for word, column in self.columns))
        return f"""
            SELECT t.oid::int8, n.nspname, t.{self.prefix}name, {listed}
              FROM pg_catalog.{self.catalog} t JOIN pg_catalog.pg_namespace n ON n.oid = t.{self.prefix}namespace
             WHERE t.{self.prefix}namespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, given in rows:
            if not reader.is_member(self.catalog, oid):
                spec = FunctionsSpec(as_options(given))
                reader.add((self.name, schema, name), spec, (self.catalog, oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE {self.word.upper()} {ctx.name(*fact.id[1:])} (\n  {option_list(fact.spec.functions)}\n)"
        return [Step(sql, f"create {self.word} {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP {self.word.upper()} {ctx.name(*fact.id[1:])}", f"drop {self.word} {fact.id[2]}")]


class TextSearchParser(TextSearchFunctions):
    name = "text_search_parser"
    present = made("pg_ts_parser")
    rank = 16
    catalog, prefix = "pg_ts_parser", "prs"
    columns = (
        ("START", "prsstart"), ("GETTOKEN", "prstoken"), ("END", "prsend"), ("LEXTYPES", "prslextype"),
        ("HEADLINE", "prsheadline"),
    )  # fmt: skip


class TextSearchTemplate(TextSearchFunctions):
    name = "text_search_template"
    present = made("pg_ts_template")
    rank = 16
    catalog, prefix = "pg_ts_template", "tmpl"
    columns = (("INIT", "tmplinit"), ("LEXIZE", "tmpllexize"))


class TextSearchDictionary(Kind):
    name = "text_search_dictionary"
    present = made("pg_ts_dict")
    rank = 17

    def query(self, server: Server) -> str:
        return f"""
            SELECT d.oid::int8, n.nspname, d.dictname, {qualified("pg_ts_template", "tmpl", "d.dicttemplate", server)},
                   coalesce(d.dictinitoption, '')
              FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
             WHERE d.dictnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, template, given in rows:
            if not reader.is_member("pg_ts_dict", oid):
                id = (self.name, schema, name)
                reader.add(id, DictionarySpec(template, given), ("pg_ts_dict", oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: DictionarySpec = fact.spec
        given = f"TEMPLATE = {spec.template}" + (f", {spec.options}" if spec.options else "")
        sql = f"CREATE TEXT SEARCH DICTIONARY {ctx.name(*fact.id[1:])} ({given})"
        return [Step(sql, f"create text search dictionary {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP TEXT SEARCH DICTIONARY {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"drop text search dictionary {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if old.spec.template != new.spec.template:
            return None
        kept = option_names(new.spec.options)
        gone = [ident(name) for name in option_names(old.spec.options) if name not in kept]
        changes = ", ".join([*gone, *([new.spec.options] if new.spec.options else [])])
        sql = f"ALTER TEXT SEARCH DICTIONARY {ctx.name(*new.id[1:])} ({changes})"
        return [Step(sql, f"alter text search dictionary {new.id[2]}")]


def option_names(text: str) -> list[str]:
    """The names in a dictionary's options."""
    if not text:
        return []
    import postgast

    statement = postgast.parse(f"CREATE TEXT SEARCH DICTIONARY d ({text})").stmts[0].stmt.define_stmt
    return [item.def_elem.defname for item in statement.definition]


class TextSearchConfiguration(Kind):
    name = "text_search_configuration"
    present = made("pg_ts_config")
    rank = 18

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.cfgname, {qualified("pg_ts_parser", "prs", "c.cfgparser", server)},
                   ARRAY(SELECT ARRAY[t.alias, {qualified("pg_ts_dict", "dict", "m.mapdict", server)}]
                           FROM pg_catalog.pg_ts_config_map m
                           JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
                          WHERE m.mapcfg = c.oid ORDER BY m.maptokentype, m.mapseqno)
              FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
             WHERE c.cfgnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, parser, pairs in rows:
            if reader.is_member("pg_ts_config", oid):
                continue
            mappings: dict[str, tuple[str, ...]] = {}
            for token, dictionary in pairs:
                mappings[token] = (*mappings.get(token, ()), dictionary)
            spec = ConfigurationSpec(parser, tuple(mappings.items()))
            reader.add((self.name, schema, name), spec, ("pg_ts_config", oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE TEXT SEARCH CONFIGURATION {ctx.name(*fact.id[1:])} (PARSER = {fact.spec.parser})"
        made = [Step(sql, f"create text search configuration {fact.id[2]}")]
        return made + self.map(fact, "ADD", dict(fact.spec.mappings), ctx)

    def map(self, fact: Fact, verb: str, mappings: dict[str, tuple[str, ...]], ctx: Context) -> list[Step]:
        """Statements for mappings, one for all token types that go to the same dictionaries."""
        together: dict[tuple[str, ...], list[str]] = {}
        for token, dictionaries in mappings.items():
            together.setdefault(dictionaries, []).append(token)
        head = f"ALTER TEXT SEARCH CONFIGURATION {ctx.name(*fact.id[1:])}"
        return [
            Step(
                f"{head} {verb} MAPPING FOR {idents(tokens)} WITH {', '.join(dictionaries)}",
                f"map tokens of text search configuration {fact.id[2]}",
            )
            for dictionaries, tokens in together.items()
        ]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP TEXT SEARCH CONFIGURATION {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"drop text search configuration {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if old.spec.parser != new.spec.parser:
            return None
        have, want = dict(old.spec.mappings), dict(new.spec.mappings)
        steps = []
        gone = [token for token in have if token not in want]
        if gone:
            sql = f"ALTER TEXT SEARCH CONFIGURATION {ctx.name(*new.id[1:])} DROP MAPPING FOR {idents(gone)}"
            steps.append(Step(sql, f"drop mappings of text search configuration {new.id[2]}"))
        added = {token: want[token] for token in want if token not in have}
        changed = {token: want[token] for token in want if token in have and have[token] != want[token]}
        return steps + self.map(new, "ADD", added, ctx) + self.map(new, "ALTER", changed, ctx)
