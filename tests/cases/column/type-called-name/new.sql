CREATE TABLE t (a name, b "char", c oid, d regclass, e xid, f name[]);
