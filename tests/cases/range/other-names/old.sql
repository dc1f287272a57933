CREATE TYPE r AS RANGE (subtype = text, multirange_type_name = "Old rs");
CREATE TABLE t (id int, x r, y "Old rs");
CREATE TYPE other AS RANGE (subtype = int, multirange_type_name = taken);
