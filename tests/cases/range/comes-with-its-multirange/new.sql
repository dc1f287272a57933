CREATE TYPE timespan AS RANGE (subtype = time, multirange_type_name = timespans);
CREATE TABLE t (a timespan, b timespans);
