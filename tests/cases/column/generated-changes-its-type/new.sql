CREATE TYPE state AS ENUM ('new', 'old');
CREATE TABLE items (
    id int PRIMARY KEY, data jsonb, kind text,
    rank bigint GENERATED ALWAYS AS ((data -> 'rank')::bigint) STORED,
    price bigint GENERATED ALWAYS AS (id * 2) STORED,
    state state GENERATED ALWAYS AS (CASE WHEN id > 1 THEN 'new'::state ELSE 'old'::state END) STORED
);
CREATE INDEX items_rank ON items (rank);
CREATE VIEW ranks AS SELECT rank, price FROM items;
