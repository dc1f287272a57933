CREATE TABLE account (id int PRIMARY KEY, balance numeric);
CREATE FUNCTION balance(i int) RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT balance FROM account WHERE id = i; END;
CREATE FUNCTION doubled(i int) RETURNS numeric LANGUAGE sql RETURN balance(i) * 2;
CREATE VIEW doubles AS SELECT id, doubled(id) FROM account;
CREATE TABLE log (x numeric DEFAULT doubled(1), CHECK (doubled(2) > 0));
