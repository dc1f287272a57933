CREATE SCHEMA s;
CREATE TYPE one AS RANGE (subtype = float8);
CREATE TYPE m AS RANGE (subtype = int);
CREATE TYPE k AS RANGE (subtype = text, multirange_type_name = ks);
CREATE TABLE t (
    a one DEFAULT one(1, 2), b one_multirange DEFAULT one_multirange(one(1, 2)),
    c m DEFAULT m(1, 2), d m_multirange DEFAULT m_multirange(m(1, 2)), e ks DEFAULT ks(k('a', 'b'))
);
COMMENT ON TYPE one_multirange IS 'kept';
COMMENT ON TYPE ks IS 'kept';
