"""What a REINDEX ... CONCURRENTLY that fails leaves behind: an index that is not valid, is kept up and serves nobody.

The server names it after the index that is rebuilt: `i_ccnew` where the new one did not become valid, `i_ccold` where
the old one could not be dropped; a number follows where that name is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telamon.apply.preflight import Rebuild
from telamon.apply.target import Connection
from telamon.quote import ident

BESIDE = "; not valid before it began: "
"""Follows what is recorded of such a statement where others had left something already: that is not its own."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """An invalid index that a rebuild left.

    Args:
        schema, name: its.
        pid: of a session that rebuilds indexes of its table at this moment, None if there is none.
    """

    schema: str
    name: str
    pid: int | None

    def __str__(self) -> str:
        return f"{ident(self.schema)}.{ident(self.name)}"


def leftovers(connection: Connection, rebuild: Rebuild) -> tuple[Leftover, ...]:
    """What rebuilds of these indexes have left, whoever ran them."""
    rows = connection.execute(_LEFTOVERS, {"kind": rebuild.kind, "name": list(rebuild.name)}).fetchall()
    return tuple(Leftover(str(schema), str(name), None if pid is None else int(str(pid))) for schema, name, pid in rows)


def beside(found: Sequence[Leftover]) -> str:
    """What is to be recorded with a statement that begins while these are there."""
    return BESIDE + ", ".join(map(str, found)) if found else ""


def own(found: Sequence[Leftover], recorded: str) -> tuple[Leftover, ...]:
    """Those that the statement itself left, of which this was recorded when it failed or was interrupted."""
    others = recorded.partition(BESIDE)[2]
    return tuple(each for each in found if str(each) not in others)


# A leftover has the definition of an index beside it, and the beginning of its name: a long one is cut off.
_LEFTOVERS = r"""
with given as (
  select case when %(kind)s in ('index', 'table') then to_regclass(
           (select string_agg(quote_ident(part), '.' order by n)
            from unnest(%(name)s::text[]) with ordinality as u(part, n))) end as relation,
         case when %(kind)s = 'schema' then to_regnamespace(quote_ident((%(name)s::text[])[1])) end as schema
), relations as (
  select relation as oid from given
  union select tree.relid from given, pg_partition_tree(relation) as tree
), tables as (
  select c.oid, c.reltoastrelid from pg_class c, given
  where %(kind)s = 'database' or c.relnamespace = given.schema
     or %(kind)s = 'table' and c.oid in (select oid from relations)
     or %(kind)s = 'index' and c.oid in (select indrelid from pg_index where indexrelid in (select oid from relations))
)
select distinct n.nspname::text, l.relname::text,
       (select min(p.pid) from pg_stat_progress_create_index p
        where p.relid = i.indrelid and p.command ~ '^REINDEX' and p.pid <> pg_backend_pid())
from pg_index i join pg_class l on l.oid = i.indexrelid join pg_namespace n on n.oid = l.relnamespace
join pg_index b on b.indrelid = i.indrelid and b.indexrelid <> i.indexrelid join pg_class r on r.oid = b.indexrelid
where not i.indisvalid and l.relname ~ '_cc(new|old)\d*$'
  and starts_with(r.relname, regexp_replace(l.relname, '_cc(new|old)\d*$', ''))
  and (i.indkey, i.indclass, i.indcollation, i.indoption, l.relam, pg_get_expr(i.indexprs, i.indrelid),
       pg_get_expr(i.indpred, i.indrelid)) is not distinct from
      (b.indkey, b.indclass, b.indcollation, b.indoption, r.relam, pg_get_expr(b.indexprs, b.indrelid),
       pg_get_expr(b.indpred, b.indrelid))
  and (%(kind)s <> 'index' or b.indexrelid in (select oid from relations))
  and exists (select from tables t where i.indrelid in (t.oid, t.reltoastrelid))
order by 1, 2
"""
