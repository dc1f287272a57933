CREATE ROLE reader;
CREATE ROLE owner_a;
