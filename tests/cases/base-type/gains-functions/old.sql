CREATE TYPE num;
CREATE FUNCTION num_in(cstring) RETURNS num LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION num_out(num) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE num (INPUT = num_in, OUTPUT = num_out, LIKE = integer, DELIMITER = ';');
CREATE FUNCTION num_lt(num, num) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE OPERATOR < (FUNCTION = num_lt, LEFTARG = num, RIGHTARG = num);
CREATE TABLE t (a num, b num[]);
CREATE TYPE blank;
