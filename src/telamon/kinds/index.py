"""Indexes that stand by themselves; those of constraints belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Found, Kind, Named, Reader, Row, Server, Step
from telamon.kinds.partition import index_grip
from telamon.kinds.table import column_options, heirs, option_steps, options_text
from telamon.quote import ident

DESCENDING, FIRST = 1, 2
"""Bits of `pg_index.indoption`."""
DEFAULT_COLLATION = 100


class KeySpec(Struct, frozen=True):
    """One key of an index: a column or an expression, and how it is ordered and compared."""

    text: str
    collation: tuple[str, str] | None
    operator_class: tuple[str, str] | None
    class_options: tuple[str, ...]
    descending: bool
    nulls_first: bool


class IndexSpec(Struct, frozen=True):
    """
    Args:
        relation: the table or materialized view.
        statistics: (key number, target) of expression keys.
    """

    relation: Id
    method: str
    unique: bool
    nulls_not_distinct: bool
    keys: tuple[KeySpec, ...]
    include: tuple[str, ...]
    predicate: str
    options: tuple[str, ...]
    tablespace: str
    statistics: tuple[tuple[int, int], ...]
    valid: bool


class Index(Kind):
    name = "index"
    renames_freely = True
    rank = 50
    apart = True
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        # PostgreSQL's own operator classes for B-trees have no options: nobody is asked for them.
        distinct = server.since(15, "i.indnullsnotdistinct", "false")
        return f"""
            SELECT c.oid, c.relname, i.indrelid, c.relam, i.indisunique, {distinct}, i.indnkeyatts,
                   i.indkey, i.indclass, i.indcollation, i.indoption,
                   CASE WHEN i.indexprs IS NOT NULL THEN
                     ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, u.ord::int, false)
                             FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (num, ord)
                            WHERE u.num = 0 ORDER BY u.ord) END,
                   CASE WHEN i.indpred IS NOT NULL THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid) END,
                   c.reloptions,
                   CASE WHEN c.reltablespace <> 0 THEN
                     (SELECT spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace) END,
                   i.indisvalid OR c.relkind = 'I',
                   CASE WHEN NOT i.indisvalid AND c.relkind = 'I' THEN
                     ARRAY(SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = i.indrelid
                              AND NOT EXISTS (SELECT FROM pg_catalog.pg_index own
                                                JOIN pg_catalog.pg_inherits o ON o.inhrelid = own.indexrelid
                                               WHERE own.indrelid = h.inhrelid AND own.indisvalid
                                                 AND o.inhparent = i.indexrelid)) END,
                   CASE WHEN i.indexprs IS NOT NULL THEN
                     ARRAY(SELECT ARRAY[k.attnum::int, k.attstattarget::int] FROM pg_catalog.pg_attribute k
                            WHERE k.attrelid = i.indexrelid AND k.attstattarget >= 0 ORDER BY k.attnum) END,
                   CASE WHEN c.relam <> (SELECT oid FROM pg_catalog.pg_am WHERE amname = 'btree')
                          OR i.indclass::oid[] && ARRAY(SELECT oid FROM pg_catalog.pg_opclass WHERE oid >= 16384) THEN
                     ARRAY(SELECT coalesce(array_to_string(k.attoptions, E'\\x01'), '') FROM pg_catalog.pg_attribute k
                            WHERE k.attrelid = i.indexrelid ORDER BY k.attnum) END
              FROM pg_catalog.pg_index i
              JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
             WHERE NOT i.indisprimary AND {server.of_relations("i.indrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all(reader.all_of("pg_class"), self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        relations, indexes = reader.all_of("pg_class"), KeyReader(reader)
        for oid, name, relation_oid, method, unique, distinct, count, *rest in rows:
            relation = relations.get(relation_oid)
            if relation is None or oid in relations or reader.is_member("pg_class", oid):
                continue  # where there is a fact already, it is a constraint
            numbers, classes, collations, options, expressions, predicate, settings, *rest = rest
            space, valid, lacking, targets, class_options = rest
            columns = indexes.columns(relation_oid, numbers, expressions)
            keys = indexes.keys(columns[:count], classes, collations, options, class_options)
            spec = IndexSpec(
                relation,
                reader.name_of("pg_am", method)[1],
                unique,
                distinct,
                keys,
                include=tuple([text for text, _, _ in columns[count:]]) if len(columns) > count else (),
                predicate=predicate or "",
                options=tuple(sorted(settings)) if settings else (),
                tablespace=space or "",
                statistics=tuple((int(number), int(target)) for number, target in targets) if targets else (),
                valid=valid,
            )
            # Some partitions have no valid index for it, and attaching them afterwards would make one: it comes
            # after them, and so is no part that its own table must have before it is attached itself.
            needs = [("partition", *found[1:]) for part in lacking or () if (found := reader.find("pg_class", part))]
            id, parent = ("index", relation[1], name), None if lacking else relation
            yield id, spec, oid, parent, oid, [relation, *needs] if lacking else ()

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("relation name", *fact.id[1:]),)

    def grip(self, fact: Fact, taker: Id, ctx: Context) -> str:
        return index_grip(fact.spec.relation, taker, ctx)

    def rivals(self, fact: Fact) -> Id | None:
        return ("unique", *fact.spec.relation[1:]) if fact.spec.unique else None

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: IndexSpec = fact.spec
        unique = "UNIQUE " if spec.unique else ""
        only = "ONLY " if spec.relation in heirs(ctx.new) else ""
        relation = f"{only}{ctx.name(*spec.relation[1:])}"
        method = "" if spec.method == "btree" else f" USING {ident(spec.method)}"
        apart = "CONCURRENTLY " if concurrent("create", fact, ctx) else ""
        sql = f"CREATE {unique}INDEX {apart}{ident(fact.id[2])} ON {relation}{method} "
        sql += f"({', '.join(key_text(key, ctx) for key in spec.keys)})"
        if spec.include:
            sql += f" INCLUDE ({', '.join(spec.include)})"
        if spec.nulls_not_distinct:
            sql += " NULLS NOT DISTINCT"
        if spec.options:
            sql += f" WITH ({options_text(spec.options)})"
        if spec.tablespace:
            sql += f" TABLESPACE {ident(spec.tablespace)}"
        if spec.predicate:
            sql += f" WHERE {spec.predicate}"
        steps = [Step(sql, f"create index {fact.id[2]} on {spec.relation[2]}", transactional=not apart)]
        return steps + self.targets(fact, (), spec.statistics, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        apart = "CONCURRENTLY " if concurrent("drop", fact, ctx) else ""
        sql = f"DROP INDEX {apart}{ctx.name(*fact.id[1:])}"
        return [Step(sql, f"drop index {fact.id[2]}", transactional=not apart)]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER INDEX {ctx.name(*fact.id[1:])} RENAME TO {ident(name)}"
        return Step(sql, f"rename index {fact.id[2]} to {name}")

    def targets(
        self, fact: Fact, old: tuple[tuple[int, int], ...], new: tuple[tuple[int, int], ...], ctx: Context
    ) -> list[Step]:
        """Statistics targets of expression keys."""
        have, want = dict(old), dict(new)
        return [
            Step(f"ALTER INDEX {ctx.name(*fact.id[1:])} ALTER COLUMN {key} SET STATISTICS {want.get(key, -1)}",
                 f"set statistics target of index {fact.id[2]}")
            for key in sorted(have.keys() | want.keys()) if have.get(key) != want.get(key)
        ]  # fmt: skip

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        same = {"options": (), "tablespace": "", "statistics": ()}
        if replace(before, **same) != replace(after, **same):
            return None
        head, comment = f"ALTER INDEX {ctx.name(*new.id[1:])}", f"alter index {new.id[2]}"
        steps = option_steps(head, comment, before.options, after.options)
        if before.tablespace != after.tablespace:
            space = ident(after.tablespace or "pg_default")
            steps.append(Step(f"{head} SET TABLESPACE {space}", comment, rewrite=True))
        return steps + self.targets(new, before.statistics, after.statistics, ctx)


class KeyReader:
    """Turns what `pg_index` says of keys into specs; most keys are like many others."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.known: dict[tuple[Any, ...], tuple[KeySpec, ...]] = {}

    def columns(self, relation: int, numbers: str, expressions: list[str] | None) -> tuple[Named, ...]:
        """What is indexed: columns, and expressions, which have no collation or type of their own."""
        attributes, texts = self.reader.attributes, iter(expressions or ())
        return tuple([attributes[relation, n] if n else (next(texts), 0, 0) for n in numbers_in(numbers)])

    def keys(
        self, columns: tuple[Named, ...], classes: str, collations: str, bits: str, class_options: list[str] | None
    ) -> tuple[KeySpec, ...]:
        """The keys of an index, in order."""
        about = (columns, classes, collations, bits, *(class_options or ()))
        keys = self.known.get(about)
        if keys is None:
            more = numbers_in(classes), numbers_in(collations), numbers_in(bits), class_options or repeat("")
            keys = self.known[about] = tuple(map(self.key, columns, *more))
        return keys

    def key(self, column: Named, operator_class: int, collation: int, bits: int, class_options: str) -> KeySpec:
        """One key."""
        text, own, type = column
        options = column_options(class_options.split("\x01")) if class_options else ()
        told = collation and (collation != DEFAULT_COLLATION or own not in (0, DEFAULT_COLLATION))
        return KeySpec(
            text,
            self.reader.name_of("pg_collation", collation) if told else None,
            self.reader.operator_class(operator_class, type, always=bool(options)),
            options,
            bool(bits & DESCENDING),
            bool(bits & FIRST),
        )


@lru_cache(maxsize=4096)
def numbers_in(vector: str) -> tuple[int, ...]:
    """The numbers of an `int2vector` or `oidvector`, which the server writes with blanks between them."""
    return tuple(map(int, vector.split()))


def concurrent(verb: str, fact: Fact, ctx: Context) -> bool:
    """Whether an index is made or dropped without blocking writes: where that is wished, its table is there before and
    after, and has no partitions, for which PostgreSQL cannot do it."""
    relation = fact.spec.relation
    if verb not in ctx.server.concurrently or relation in ctx.created:
        return False
    tables = (ctx.old.get(relation), ctx.new.get(relation))
    return all(table is not None and not getattr(table.spec, "partition_key", "") for table in tables)


def key_text(key: KeySpec, ctx: Context) -> str:
    """One key as it stands in CREATE INDEX."""
    words = [key.text]
    if key.collation:
        words.append(f"COLLATE {ctx.name(*key.collation)}")
    if key.operator_class:
        words.append(ctx.name(*key.operator_class))
    if key.class_options:
        words.append(f"({options_text(key.class_options)})")
    if key.descending:
        words.append("DESC" if key.nulls_first else "DESC NULLS LAST")
    elif key.nulls_first:
        words.append("NULLS FIRST")
    return " ".join(words)
