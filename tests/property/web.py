"""Random schemas in which everything uses everything: functions in defaults, checks, indexes, policies, generated columns
and casts; types in arrays, domains and signatures; views on views with rules and triggers; partitions of partitions.

Each piece names what it cannot be without; a piece whose needs are not there is left out, so every choice is a schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One slot: its name, what it needs, and its variants; {x} is replaced by the text of the option x."""

    name: str
    needs: tuple[str, ...]
    variants: tuple[str, ...]


PIECES = (
    Piece("level", (), ("CREATE TYPE app.level AS ENUM ('low', 'mid', 'high')", "CREATE TYPE app.level AS ENUM ('low', 'high')",
                        "CREATE TYPE app.level AS ENUM ('low', 'mid', 'high', 'top')",
                        "CREATE TYPE app.level AS ENUM ('high', 'mid', 'low')",
                        "CREATE DOMAIN app.level AS text CHECK (VALUE <> 'x')")),
    Piece("pair", ("level",), ("CREATE TYPE app.pair AS (a integer, l app.level)", "CREATE TYPE app.pair AS (a integer, l app.level, z date)",
                               "CREATE TYPE app.pair AS (a bigint, l app.level[])")),
    Piece("span", (), ("CREATE TYPE app.span AS RANGE (subtype = integer)", "CREATE TYPE app.span AS RANGE (subtype = bigint)",
                       "CREATE TYPE app.span AS RANGE (subtype = integer, multirange_type_name = app.spans)")),
    Piece("ok", (), ("CREATE FUNCTION app.ok(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT i > 0'",
                     "CREATE FUNCTION app.ok(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT i > -1'",
                     "CREATE FUNCTION app.ok(i integer, j integer DEFAULT 3) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT i > j'",
                     "CREATE FUNCTION app.ok(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS 'BEGIN RETURN n > 0; END'",
                     "CREATE FUNCTION app.ok(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN i > 0")),
    Piece("weight", ("level",), ("CREATE FUNCTION app.weight(l app.level) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT length(l::text)'",
                                 "CREATE FUNCTION app.weight(l app.level) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint'",
                                 "CREATE FUNCTION app.weight(l app.level) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5 AS 'SELECT 1'")),
    Piece("positive", (), ("CREATE DOMAIN app.positive AS integer", "CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0)",
                           "CREATE DOMAIN app.positive AS bigint DEFAULT 1 NOT NULL")),
    Piece("checked", ("ok", "positive"), ("ALTER DOMAIN app.positive ADD CONSTRAINT fine CHECK (app.ok(VALUE::integer))",)),
    Piece("higher", ("positive",), ("CREATE DOMAIN app.higher AS app.positive CHECK (VALUE > 10)", "CREATE DOMAIN app.higher AS app.positive")),
    Piece("counter", (), ("CREATE SEQUENCE app.counter", "CREATE SEQUENCE app.counter INCREMENT 2", "CREATE SEQUENCE app.counter AS smallint")),
    Piece("t", (), ("CREATE TABLE app.t (id integer PRIMARY KEY, note text, n integer)",
                    "CREATE TABLE app.t (id integer PRIMARY KEY, n bigint, note text NOT NULL DEFAULT 'x')",
                    "CREATE TABLE app.t (id integer CONSTRAINT \"the key\" PRIMARY KEY, note varchar(30), n integer DEFAULT 5)",
                    "CREATE UNLOGGED TABLE app.t (id integer PRIMARY KEY, note text, n integer)")),
    Piece("t level", ("t", "level"), ("ALTER TABLE app.t ADD l app.level", "ALTER TABLE app.t ADD l app.level DEFAULT 'low'",
                                      "ALTER TABLE app.t ADD l app.level NOT NULL DEFAULT 'high'")),
    Piece("t levels", ("t", "level"), ("ALTER TABLE app.t ADD ls app.level[]", "ALTER TABLE app.t ADD ls app.level[] DEFAULT '{low}'")),
    Piece("t pair", ("t", "pair"), ("ALTER TABLE app.t ADD p app.pair", "ALTER TABLE app.t ADD p app.pair DEFAULT ROW(1, NULL)")),
    Piece("t span", ("t", "span"), ("ALTER TABLE app.t ADD s app.span", "ALTER TABLE app.t ADD s app.span DEFAULT 'empty'")),
    Piece("t score", ("t", "positive"), ("ALTER TABLE app.t ADD score app.positive", "ALTER TABLE app.t ADD score app.positive DEFAULT 9")),
    Piece("t count", ("t", "counter"), ("ALTER TABLE app.t ADD c bigint DEFAULT nextval('app.counter')",
                                        "ALTER TABLE app.t ADD c bigint; ALTER SEQUENCE app.counter OWNED BY app.t.c")),
    Piece("t made", ("t", "t level", "weight"), ("ALTER TABLE app.t ADD g bigint GENERATED ALWAYS AS (app.weight(l)) STORED",
                                                 "ALTER TABLE app.t ADD g bigint GENERATED ALWAYS AS (app.weight(l) + 1) STORED",
                                                 "ALTER TABLE app.t ADD g bigint")),
    Piece("t check", ("t", "ok"), ("ALTER TABLE app.t ADD CONSTRAINT fine CHECK (app.ok(id))",
                                   "ALTER TABLE app.t ADD CONSTRAINT fine CHECK (app.ok(id) OR n > 3) NOT VALID",
                                   "ALTER TABLE app.t ADD CONSTRAINT fine CHECK (app.ok(id)) NO INHERIT")),
    Piece("t default", ("t", "ok"), ("ALTER TABLE app.t ALTER n SET DEFAULT app.ok(3)::integer",)),
    Piece("t exclusion", ("t",), ("ALTER TABLE app.t ADD CONSTRAINT apart EXCLUDE USING gist (int4range(id, id + 1) WITH &&)",
                                  "ALTER TABLE app.t ADD CONSTRAINT apart EXCLUDE USING btree (n WITH =) WHERE (id > 3)")),
    Piece("t index", ("t", "t level", "weight"), ("CREATE INDEX t_weight ON app.t (app.weight(l))",
                                                  "CREATE INDEX t_weight ON app.t (n) WHERE app.weight(l) > 1",
                                                  "CREATE UNIQUE INDEX t_weight ON app.t (id, l)")),
    Piece("t statistics", ("t", "t level"), ("CREATE STATISTICS app.both ON n, id FROM app.t",
                                             "CREATE STATISTICS app.both (ndistinct) ON n, l, (n + 1) FROM app.t")),
    Piece("t policy", ("t", "ok"), ("CREATE POLICY p ON app.t USING (app.ok(id))",
                                    "CREATE POLICY p ON app.t FOR UPDATE TO reader USING (EXISTS (SELECT FROM app.t x WHERE x.id = t.id)) WITH CHECK (app.ok(n::integer))")),
    Piece("t security", ("t",), ("ALTER TABLE app.t ENABLE ROW LEVEL SECURITY", "ALTER TABLE app.t FORCE ROW LEVEL SECURITY")),
    Piece("t identity", ("t",), ("ALTER TABLE app.t REPLICA IDENTITY FULL", "ALTER TABLE app.t CLUSTER ON t_pkey")),
    Piece("child", ("t",), ("CREATE TABLE app.child (extra text) INHERITS (app.t)", "CREATE TABLE app.child (note text, extra text) INHERITS (app.t)",
                            "CREATE TABLE app.child (id integer NOT NULL, extra text)")),
    Piece("child key", ("child",), ("ALTER TABLE app.child ADD CONSTRAINT child_pk PRIMARY KEY (id)", "CREATE INDEX child_i ON app.child (id) INCLUDE (extra)")),
    Piece("refers", ("t",), ("CREATE TABLE app.refers (t integer REFERENCES app.t, kind text)",
                             "CREATE TABLE app.refers (t integer CONSTRAINT to_t REFERENCES app.t ON DELETE CASCADE, kind text)",
                             "CREATE TABLE app.refers (kind text, t integer)")),
    Piece("parts", (), ("CREATE TABLE app.parts (id integer NOT NULL, k text NOT NULL, v integer) PARTITION BY LIST (k)",
                        "CREATE TABLE app.parts (id integer NOT NULL, k text NOT NULL, v bigint DEFAULT 3, PRIMARY KEY (id, k)) PARTITION BY LIST (k)",
                        "CREATE TABLE app.parts (id integer NOT NULL, k text NOT NULL, v integer) PARTITION BY RANGE (k, id)",
                        "CREATE TABLE app.parts (id integer NOT NULL, k text NOT NULL, v integer)")),
    Piece("part one", ("parts",), ("CREATE TABLE app.one (id integer NOT NULL, k text NOT NULL, v {v})",)),
    Piece("parts index", ("parts",), ("CREATE INDEX parts_v ON app.parts (v)", "CREATE INDEX parts_v ON app.parts (v DESC) WHERE id > 4")),
    Piece("parts trigger", ("parts",), ("CREATE TRIGGER on_parts AFTER INSERT ON app.parts FOR EACH ROW EXECUTE FUNCTION app.touch()",)),
    Piece("attached", ("part one",), ("{attach}",)),
    Piece("rows", ("t",), ("CREATE FUNCTION app.rows() RETURNS SETOF app.t LANGUAGE sql STABLE AS 'SELECT * FROM app.t'",
                           "CREATE FUNCTION app.rows() RETURNS SETOF integer LANGUAGE sql STABLE ROWS 7 BEGIN ATOMIC SELECT id FROM app.t; END",
                           "CREATE FUNCTION app.rows() RETURNS TABLE (id integer, note text) LANGUAGE sql AS 'SELECT 1, NULL::text'")),
    Piece("atomic", ("t", "ok"), ("CREATE FUNCTION app.atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM app.t WHERE app.ok(id); END",
                                  "CREATE PROCEDURE app.atomic() LANGUAGE sql BEGIN ATOMIC DELETE FROM app.t WHERE id = 0; END")),
    Piece("takes", ("level",), ("CREATE FUNCTION app.takes(VARIADIC ls app.level[]) RETURNS app.level LANGUAGE sql AS 'SELECT ls[1]'",
                                "CREATE FUNCTION app.takes(l app.level DEFAULT 'low', OUT a integer, OUT b app.level) LANGUAGE sql AS 'SELECT 1, l'")),
    Piece("total", (), ("CREATE AGGREGATE app.total(integer) (sfunc = int4pl, stype = integer, initcond = '0')",
                        "CREATE AGGREGATE app.total(integer) (sfunc = int4pl, stype = integer, initcond = '5', parallel = safe)")),
    Piece("same", ("ok",), ("CREATE OPERATOR app.=== (leftarg = integer, rightarg = integer, function = int4eq)",
                            "CREATE OPERATOR app.=== (leftarg = integer, rightarg = integer, function = int4eq, commutator = operator(app.===))")),
    Piece("cast", ("level", "weight"), ("CREATE CAST (app.level AS integer) WITH FUNCTION app.weight(app.level) AS ASSIGNMENT",)),
    Piece("v", ("t",), ("CREATE VIEW app.v AS SELECT id, note FROM app.t", "CREATE VIEW app.v AS SELECT t.*, 1 AS one FROM app.t",
                        "CREATE VIEW app.v WITH (security_barrier) AS SELECT id, note, n FROM app.t WHERE id > 3",
                        "CREATE VIEW app.v AS SELECT id, upper(note) AS note FROM app.t WHERE id > 3 WITH CASCADED CHECK OPTION")),
    Piece("v rule", ("v",), ("CREATE RULE r AS ON INSERT TO app.v DO INSTEAD NOTHING", "CREATE RULE r AS ON DELETE TO app.v DO INSTEAD SELECT 1")),
    Piece("v trigger", ("v",), ("CREATE TRIGGER on_v INSTEAD OF UPDATE ON app.v FOR EACH ROW EXECUTE FUNCTION app.touch()",)),
    Piece("v default", ("v",), ("ALTER VIEW app.v ALTER id SET DEFAULT 4",)),
    Piece("w", ("v", "t"), ("CREATE VIEW app.w AS SELECT v.id, t.note FROM app.v JOIN app.t USING (id)",
                            "CREATE VIEW app.w AS SELECT max(id) AS id, 'x'::text AS note FROM app.v")),
    Piece("w uses", ("w", "total"), ("CREATE VIEW app.uses AS SELECT app.total(id) AS sum FROM app.w",)),
    Piece("m", ("w",), ("CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.w", "CREATE MATERIALIZED VIEW app.m AS SELECT id FROM app.w WITH NO DATA")),
    Piece("m index", ("m",), ("CREATE UNIQUE INDEX m_id ON app.m (id)", "CREATE INDEX m_id ON app.m (id) WITH (fillfactor = 50)")),
    Piece("t trigger", ("t",), ("CREATE TRIGGER on_t BEFORE INSERT OR UPDATE OF note ON app.t FOR EACH ROW WHEN (new.id > 3) EXECUTE FUNCTION app.touch()",
                                "CREATE CONSTRAINT TRIGGER on_t AFTER INSERT ON app.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch()",
                                "CREATE TRIGGER on_t AFTER UPDATE ON app.t REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION app.touch()")),
    Piece("publication", ("t",), ("CREATE PUBLICATION pub FOR TABLE app.t", "CREATE PUBLICATION pub FOR TABLE app.t (id) WHERE (id > 5)",
                                  "CREATE PUBLICATION pub FOR TABLES IN SCHEMA app", "CREATE PUBLICATION pub FOR ALL TABLES")),
    Piece("wrapper", (), ("CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw", "CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv VERSION '2' FOREIGN DATA WRAPPER fdw")),
    Piece("foreign", ("wrapper", "level"), ("CREATE FOREIGN TABLE app.far (id integer, l app.level) SERVER srv",
                                            "CREATE FOREIGN TABLE app.far (id bigint NOT NULL, note text) SERVER srv")),
    Piece("grants", ("t",), ("GRANT SELECT ON app.t TO reader", "GRANT SELECT (id), INSERT (note) ON app.t TO reader; GRANT ALL ON app.t TO \"Writer two\"",
                             "GRANT USAGE ON SCHEMA app TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA app TO reader; REVOKE EXECUTE ON FUNCTION app.touch() FROM PUBLIC")),
    Piece("owner", ("t",), ("ALTER TABLE app.t OWNER TO reader", "ALTER SCHEMA app OWNER TO reader")),
    Piece("comments", ("t", "v"), ("COMMENT ON VIEW app.v IS 'seen'; COMMENT ON COLUMN app.v.id IS 'the id'; COMMENT ON COLUMN app.t.id IS 'id'",)),
    Piece("search", (), ("CREATE TEXT SEARCH CONFIGURATION app.search (COPY = simple)",
                         "CREATE TEXT SEARCH DICTIONARY app.dict (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION app.search (COPY = english);"
                         "ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR word WITH app.dict")),
    Piece("searched", ("search", "t"), ("CREATE INDEX t_search ON app.t USING gin (to_tsvector('app.search', note))",)),
    Piece("watch", (), ("CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.watch()",)),
)  # fmt: skip


def web_slots() -> dict[str, int]:
    """Every slot and the number of its variants; 0 is "not there"."""
    return {f"web {piece.name}": len(piece.variants) + 1 for piece in PIECES}


def web(schema: Mapping[str, int]) -> list[str]:
    """The statements of the web, in an order that loads."""
    there: set[str] = set()
    lines = [
        "CREATE SCHEMA app",
        "CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    ]
    parts = schema.get("web parts", 0)
    words = {
        "v": "bigint" if parts == 2 else "integer",
        "attach": "ALTER TABLE app.parts ATTACH PARTITION app.one "
        + ("FOR VALUES FROM ('a', 1) TO ('b', 2)" if parts == 3 else "FOR VALUES IN ('a', 'b')"),
    }
    for piece in PIECES:
        number = schema.get(f"web {piece.name}", 0)
        if not number or not there.issuperset(piece.needs) or impossible(piece, schema):
            continue
        there.add(piece.name)
        text = piece.variants[number - 1]
        for word, meaning in words.items():
            text = text.replace(f"{{{word}}}", meaning)
        lines.append(text)
    return lines


def impossible(piece: Piece, schema: Mapping[str, int]) -> bool:
    """What the server itself would not take."""

    def variant(name: str) -> int:
        return schema.get(f"web {name}", 0)

    unlogged = variant("t") == 4
    return {
        "attached": variant("parts") == 4,
        "t identity": variant("t identity") == 2 and variant("t") == 3,
        "t pair": variant("t pair") == 2 and variant("pair") != 1,
        "refers": unlogged and variant("refers") < 3,
        "publication": unlogged and variant("publication") < 3,
        "cast": variant("weight") == 2,
        "child": variant("child") == 2 and variant("t") == 3,
    }.get(piece.name, False)
