CREATE ROLE reader;
CREATE ROLE writer;
CREATE ROLE owner_a;
