CREATE TABLE aggtest (a integer, b integer);
CREATE TABLE other (k integer);
