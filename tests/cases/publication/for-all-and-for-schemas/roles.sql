CREATE ROLE owner_a;
