CREATE TYPE state AS ENUM ('new', 'old', 'gone');
CREATE TABLE items (
    id int PRIMARY KEY, data jsonb, kind text,
    rank varchar(20) GENERATED ALWAYS AS (data ->> 'rank') STORED,
    price int GENERATED ALWAYS AS (id * 2) STORED,
    state state GENERATED ALWAYS AS (CASE WHEN id > 1 THEN 'new'::state ELSE 'old'::state END) STORED
);
CREATE INDEX items_rank ON items (rank);
CREATE VIEW ranks AS SELECT rank, price FROM items;
