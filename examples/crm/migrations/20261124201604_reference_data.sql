-- Insert rows into table crm.currencies
INSERT INTO "crm"."currencies" ("code", "name", "minor_units") VALUES
  ('CHF', 'Swiss franc', 2),
  ('EUR', 'Euro', 2),
  ('GBP', 'Pound sterling', 2),
  ('JPY', 'Yen', 0),
  ('USD', 'US dollar', 2);
-- Insert rows into table crm.units_of_measure
INSERT INTO "crm"."units_of_measure" ("code", "label", "decimals") VALUES
  ('piece', 'Piece', 0),
  ('hour', 'Hour', 2),
  ('day', 'Day', 1),
  ('gibibyte', 'GiB', 3);
