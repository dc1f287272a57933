CREATE ROLE owner_a;
CREATE ROLE owner_b;
CREATE ROLE reader;
