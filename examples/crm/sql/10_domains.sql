-- The types that the models name but do not create.

CREATE DOMAIN crm.email_address AS public.citext
    CONSTRAINT email_address_shape CHECK (VALUE::text ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$');

CREATE DOMAIN crm.country_code AS character(2)
    CONSTRAINT country_code_iso_3166 CHECK (VALUE ~ '^[A-Z]{2}$');

CREATE DOMAIN crm.percentage AS numeric(7, 4)
    CONSTRAINT percentage_range CHECK (VALUE BETWEEN 0 AND 100);

COMMENT ON DOMAIN crm.percentage IS '0 to 100; not a fraction';

CREATE TYPE crm.quote_totals AS (
    line_count integer,
    list_total numeric(18, 2),
    net_total numeric(18, 2),
    discount_percent numeric(7, 4)
);
