CREATE FUNCTION w() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE FUNCTION s(int, int) RETURNS SETOF int LANGUAGE internal STRICT IMMUTABLE ROWS 10 SUPPORT generate_series_int4_support AS 'generate_series_int4';
