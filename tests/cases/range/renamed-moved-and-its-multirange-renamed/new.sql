CREATE SCHEMA s;
CREATE TYPE two AS RANGE (subtype = float8);
CREATE TYPE s.m AS RANGE (subtype = int);
CREATE TYPE k AS RANGE (subtype = text, multirange_type_name = km);
CREATE TABLE t (
    a two DEFAULT two(1, 2), b two_multirange DEFAULT two_multirange(two(1, 2)),
    c s.m DEFAULT s.m(1, 2), d s.m_multirange DEFAULT s.m_multirange(s.m(1, 2)), e km DEFAULT km(k('a', 'b'))
);
COMMENT ON TYPE two_multirange IS 'kept';
COMMENT ON TYPE km IS 'kept';
