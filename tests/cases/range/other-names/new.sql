CREATE TYPE r AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "C", multirange_type_name = "New rs");
CREATE TABLE t (id int, x r, y "New rs");
CREATE TYPE taken AS RANGE (subtype = int, multirange_type_name = other);
