"""What the constraints of tables share: how they are read, added, dropped, renamed and validated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Found, Kind, Reader, Row, Server, Step
from telamon.kinds.inheritance import kept_parents
from telamon.kinds.table import alter_table, heirs, table_of
from telamon.quote import ident


class ConstraintSpec(Struct, frozen=True):
    """
    Args:
        definition: as the server writes it after the name, without NOT VALID, NOT ENFORCED and deferrability.
        local: whether the table has it of its own; false when only its parents hand it down.
        inherited: whether a parent hands it down.
    """

    definition: str
    deferrable: bool
    deferred: bool
    valid: bool
    enforced: bool
    no_inherit: bool
    local: bool
    inherited: bool
    tablespace: str = ""
    options: tuple[str, ...] = ()


def constraint_spec(
    text: str, deferrable: bool, deferred: bool, valid: bool, enforced: bool, no_inherit: bool, local: bool,
    inherited: bool, tablespace: str = "", *options: str,
) -> ConstraintSpec:  # fmt: skip
    """The spec of a constraint.

    Args:
        text: as `pg_get_constraintdef` writes it.
    """
    if deferrable or not (valid and enforced):
        for words in (" NOT ENFORCED", " NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"):
            text = text.removesuffix(words)
    flags = (deferrable, deferred, valid, enforced, no_inherit, local, inherited)
    return ConstraintSpec(text, *flags, tablespace, tuple(sorted(options)))


def suffix(spec: ConstraintSpec) -> str:
    """What follows a constraint's definition."""
    words = ""
    if spec.deferrable:
        words += " DEFERRABLE INITIALLY DEFERRED" if spec.deferred else " DEFERRABLE"
    if not spec.enforced:
        return words + " NOT ENFORCED"
    return words + ("" if spec.valid else " NOT VALID")


class TableConstraint(Kind):
    """A constraint of a table; subclasses say which `contype` and what its alterations may be."""

    type: str
    folds = True
    renames_freely = True
    recurses = True
    """Whether ALTER TABLE hands it down to partitions; if not, ONLY is used."""
    by_type: ClassVar[dict[str, TableConstraint]] = {}

    def __init__(self) -> None:
        self.by_type[self.type] = self

    def query(self, server: Server) -> str:
        """One query for all of them, the primary key's."""
        if self.type != "p":
            return ""
        enforced = server.since(18, "k.conenforced", "true")
        return f"""
            SELECT k.contype, k.oid, k.conrelid, k.conname, k.conkey,
                   CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid END, nullif(k.confrelid, 0),
                   CASE WHEN k.contype = 'c' AND NOT k.convalidated AND NOT k.connoinherit THEN ARRAY(
                     WITH RECURSIVE heirs AS (
                       SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = k.conrelid
                       UNION SELECT i.inhrelid FROM heirs h JOIN pg_catalog.pg_inherits i ON i.inhparent = h.inhrelid)
                     SELECT c.oid FROM heirs h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid
                      WHERE NOT c.relispartition) END,
                   CASE WHEN k.contype IN ('p', 'u', 'x') THEN
                     (SELECT coalesce((SELECT spcname FROM pg_catalog.pg_tablespace WHERE oid = i.reltablespace), '')
                             || i.reloptions
                        FROM pg_catalog.pg_class i
                       WHERE i.oid = k.conindid AND (i.reloptions IS NOT NULL OR i.reltablespace <> 0)) END,
                   pg_catalog.pg_get_constraintdef(k.oid), k.condeferrable, k.condeferred, k.convalidated, {enforced},
                   k.contype = 'c' AND k.connoinherit, k.conislocal, k.coninhcount > 0
              FROM pg_catalog.pg_constraint k
             WHERE k.contype IN ('p', 'u', 'x', 'c', 'f') AND NOT (k.contype = 'f' AND k.conparentid <> 0)
               AND {server.of_relations("k.conrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all(reader.all_of("pg_constraint"), self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        relations = reader.all_of("pg_class")
        specs: dict[Row, ConstraintSpec] = {}  # many are alike: most of all primary keys
        for type, oid, relation, name, keys, index, referenced, below, storage, *about in rows:
            table, kind = relations.get(relation), self.by_type[type]
            if table is None:
                continue
            id, same = (kind.name, table[1], table[2], name), (*about, *(storage or ()))
            spec = specs.get(same)
            if spec is None:
                spec = specs[same] = constraint_spec(*same)
            needs = kind.requirements(reader, relation, keys or ())
            if referenced:
                needs.append(relations.get(referenced))
            if below:  # one that is not valid is handed down as such only to tables that are there
                needs += map(relations.get, below)
            if index:
                reader.alias("pg_class", index, id, path=("index", table[1], name))
            yield id, spec, oid, table, oid, needs

    owns_index = False

    def requirements(self, reader: Reader, relation: int, keys: Sequence[int]) -> list[Id | None]:
        """What the constraint stands on beyond what `pg_depend` says.

        Args:
            keys: the numbers of its columns.
        """
        return []

    def foldable(self, fact: Fact) -> bool:
        return bool(fact.spec.valid)

    def definition(self, fact: Fact, ctx: Context) -> str:
        spec: ConstraintSpec = fact.spec
        return f"CONSTRAINT {ident(fact.id[3])} {spec.definition}{suffix(spec)}"

    def inline(self, fact: Fact, ctx: Context) -> str:
        if not fact.spec.local and not self.in_partition(fact, ctx):
            return ""
        return self.definition(fact, ctx)

    def in_partition(self, fact: Fact, ctx: Context) -> bool:
        table = table_of(ctx, fact.id)
        return bool(table.spec.partition)

    def handed_down(self, fact: Fact, ctx: Context) -> bool:
        """Whether the parent's own change brings it (or takes it) for this table, which is there already."""
        spec: ConstraintSpec = fact.spec
        if spec.local or not spec.inherited:
            return False
        if fact.parent in ctx.created:
            return not (spec.valid or self.in_partition(fact, ctx))
        above = [(self.name, *parent[1:], fact.id[3]) for parent in kept_parents(fact.parent or fact.id, ctx)]
        return any(id in ctx.old.facts or id in ctx.new.facts for id in above)

    def validated_above(self, fact: Fact, ctx: Context) -> bool:
        """Whether validating the parent's validates this one, which it hands down."""
        if not self.handed_down(fact, ctx):
            return False
        partition = ctx.new.get(("partition", *fact.id[1:3]))
        above = (partition.spec.of,) if partition else table_of(ctx, fact.id).spec.inherits
        found = [ctx.new.get((self.name, *parent[1:], fact.id[3])) for parent in above]
        return any(constraint is not None and constraint.spec.valid for constraint in found)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        if self.handed_down(fact, ctx):
            return []
        only = not self.recurses and fact.parent in heirs(ctx.new)
        head = alter_table(ctx, fact.id, only=only)
        clause = f"ADD {self.definition(fact, ctx)}"
        comment = f"add {self.name.replace('_', ' ')} {fact.id[3]} to table {fact.id[2]}"
        return [Step(f"{head} {clause}", comment, head, clause)]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        if self.handed_down(fact, ctx):
            return []
        head, clause = alter_table(ctx, fact.id), f"DROP CONSTRAINT {ident(fact.id[3])}"
        comment = f"drop {self.name.replace('_', ' ')} {fact.id[3]} of table {fact.id[2]}"
        return [Step(f"{head} {clause}", comment, head, clause)]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        if not fact.spec.local and not self.owns_index:
            return None
        sql = f"{alter_table(ctx, fact.id)} RENAME CONSTRAINT {ident(fact.id[3])} TO {ident(name)}"
        return Step(sql, f"rename {self.name.replace('_', ' ')} {fact.id[3]} of table {fact.id[2]} to {name}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        flags = {"valid": True, "local": True, "inherited": True}
        if replace(before, **flags) == replace(after, **flags):
            if before.valid and not after.valid:
                return None
            steps = []
            if before.local and not after.local and before.inherited and after.inherited:
                return None
            if after.local and not before.local and after.inherited and not self.owns_index:
                # Added once more, it is merged with the one handed down and becomes the table's own.
                clause = f"ADD {self.definition(new, ctx)}"
                steps.append(
                    Step(f"{alter_table(ctx, new.id)} {clause}", f"make {new.id[3]} a constraint of {new.id[2]}")
                )
            if after.valid and not before.valid and not self.validated_above(new, ctx):
                sql = f"{alter_table(ctx, new.id)} VALIDATE CONSTRAINT {ident(new.id[3])}"
                steps.append(Step(sql, f"validate constraint {new.id[3]} of table {new.id[2]}"))
            return steps
        return None
