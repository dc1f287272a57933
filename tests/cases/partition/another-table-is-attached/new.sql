CREATE TABLE aggtest (a integer, b integer) PARTITION BY RANGE (b);
CREATE TABLE other PARTITION OF aggtest DEFAULT;
