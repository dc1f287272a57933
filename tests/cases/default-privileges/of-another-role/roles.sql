CREATE ROLE owner_a;
CREATE ROLE reader;
