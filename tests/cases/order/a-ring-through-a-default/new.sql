CREATE TABLE account (id bigint PRIMARY KEY, balance numeric);
CREATE FUNCTION balance(i bigint) RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT balance FROM account WHERE id = i; END;
CREATE FUNCTION doubled(i bigint) RETURNS numeric LANGUAGE sql RETURN balance(i) * 2;
CREATE VIEW doubles AS SELECT id, doubled(id) FROM account;
CREATE TABLE log (x numeric DEFAULT doubled(1), CHECK (doubled(2) > 0));
