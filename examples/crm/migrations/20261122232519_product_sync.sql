-- Rename column vendor_code of table products to manufacturer_code
ALTER TABLE "crm"."products" RENAME COLUMN "vendor_code" TO "manufacturer_code";
-- Add value 'product' to enum type hubspot_object
ALTER TYPE "sync"."hubspot_object" ADD VALUE 'product';
-- Grant to "sync_worker" on table crm.price_book_entries
GRANT SELECT ON TABLE "crm"."price_book_entries" TO "sync_worker";
-- Grant to "sync_worker" on table crm.price_books
GRANT SELECT ON TABLE "crm"."price_books" TO "sync_worker";
-- Grant to "sync_worker" on table crm.price_tiers
GRANT SELECT ON TABLE "crm"."price_tiers" TO "sync_worker";
-- Modify table products: add column content_hash, add column hubspot_id, add column hubspot_synced_at, add check ck_products_content_hash_is_sha256
ALTER TABLE "crm"."products"
  ADD COLUMN "content_hash" bytea,
  ADD COLUMN "hubspot_id" bigint,
  ADD COLUMN "hubspot_synced_at" timestamp with time zone,
  ADD CONSTRAINT "ck_products_content_hash_is_sha256" CHECK ((octet_length(content_hash) = 32));
-- Create index ix_products_attributes on products
CREATE INDEX "ix_products_attributes" ON "crm"."products" USING "gin" (attributes);
-- Create index uq_products_hubspot_id on products
CREATE UNIQUE INDEX "uq_products_hubspot_id" ON "crm"."products" (hubspot_id) WHERE (hubspot_id IS NOT NULL);
-- Set comment of column crm.products.content_hash
COMMENT ON COLUMN "crm"."products"."content_hash" IS 'SHA-256 of what the catalogues were last told';
-- Grant to "sync_worker" on column crm.products.content_hash
GRANT UPDATE ("content_hash") ON TABLE "crm"."products" TO "sync_worker";
-- Grant to "sync_worker" on column crm.products.hubspot_id
GRANT UPDATE ("hubspot_id") ON TABLE "crm"."products" TO "sync_worker";
-- Grant to "sync_worker" on column crm.products.hubspot_synced_at
GRANT UPDATE ("hubspot_synced_at") ON TABLE "crm"."products" TO "sync_worker";
-- Grant to "sync_worker" on table crm.products
GRANT SELECT ON TABLE "crm"."products" TO "sync_worker";
-- Create table external_catalogs
CREATE TABLE "sync"."external_catalogs" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "system" text NOT NULL,
  "name" text NOT NULL,
  "direction" sync.sync_direction DEFAULT 'outbound'::sync.sync_direction NOT NULL,
  "price_book_id" uuid,
  "settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_external_catalogs" PRIMARY KEY (id),
  CONSTRAINT "uq_external_catalogs_system_name" UNIQUE (system, name),
  CONSTRAINT "ck_external_catalogs_system_is_identifier" CHECK ((system ~ '^[a-z][a-z0-9_]*$'::text)),
  CONSTRAINT "fk_external_catalogs_price_book_id" FOREIGN KEY (price_book_id) REFERENCES crm.price_books(id)
);
-- Create index ix_external_catalogs_price_book_id on external_catalogs
CREATE INDEX "ix_external_catalogs_price_book_id" ON "sync"."external_catalogs" (price_book_id);
-- Create trigger touch_updated_at on external_catalogs
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.external_catalogs FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Set comment of column sync.external_catalogs.price_book_id
COMMENT ON COLUMN "sync"."external_catalogs"."price_book_id" IS 'The prices that the catalogue shows';
-- Grant to "sync_worker" on table sync.external_catalogs
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."external_catalogs" TO "sync_worker";
-- Create table product_links
CREATE TABLE "sync"."product_links" (
  "catalog_id" uuid NOT NULL,
  "product_id" uuid NOT NULL,
  "external_id" text NOT NULL,
  "wanted_hash" bytea NOT NULL,
  "sent_hash" bytea,
  "is_stale" boolean GENERATED ALWAYS AS ((wanted_hash IS DISTINCT FROM sent_hash)) STORED NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_product_links" PRIMARY KEY (catalog_id, product_id),
  CONSTRAINT "uq_product_links_catalog_id_external_id" UNIQUE (catalog_id, external_id),
  CONSTRAINT "fk_product_links_catalog_id" FOREIGN KEY (catalog_id) REFERENCES sync.external_catalogs(id) ON DELETE CASCADE,
  CONSTRAINT "fk_product_links_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id) ON DELETE CASCADE
);
-- Create index ix_product_links_product_id on product_links
CREATE INDEX "ix_product_links_product_id" ON "sync"."product_links" (product_id);
-- Create index ix_product_links_stale on product_links
CREATE INDEX "ix_product_links_stale" ON "sync"."product_links" (catalog_id, product_id) WHERE is_stale;
-- Create trigger touch_updated_at on product_links
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.product_links FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Grant to "sync_worker" on table sync.product_links
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."product_links" TO "sync_worker";
-- Create table product_link_prices
CREATE TABLE "sync"."product_link_prices" (
  "catalog_id" uuid NOT NULL,
  "product_id" uuid NOT NULL,
  "currency" character(3) NOT NULL,
  "unit_price" numeric(18,6) NOT NULL,
  "told_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_product_link_prices" PRIMARY KEY (catalog_id, product_id, currency),
  CONSTRAINT "fk_product_link_prices_catalog_id_product_id" FOREIGN KEY (catalog_id, product_id) REFERENCES sync.product_links(catalog_id, product_id) ON DELETE CASCADE,
  CONSTRAINT "fk_product_link_prices_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Grant to "sync_worker" on table sync.product_link_prices
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."product_link_prices" TO "sync_worker";
-- Create table product_sync_runs
CREATE TABLE "sync"."product_sync_runs" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "catalog_id" uuid NOT NULL,
  "status" sync.sync_status DEFAULT 'pending'::sync.sync_status NOT NULL,
  "started_at" timestamp with time zone DEFAULT now() NOT NULL,
  "finished_at" timestamp with time zone,
  "counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "pk_product_sync_runs" PRIMARY KEY (id),
  CONSTRAINT "ck_product_sync_runs_finished_after_started" CHECK ((finished_at >= started_at)),
  CONSTRAINT "fk_product_sync_runs_catalog_id" FOREIGN KEY (catalog_id) REFERENCES sync.external_catalogs(id) ON DELETE CASCADE
);
-- Create index ix_product_sync_runs_catalog_id_started_at on product_sync_runs
CREATE INDEX "ix_product_sync_runs_catalog_id_started_at" ON "sync"."product_sync_runs" (catalog_id, started_at DESC);
-- Grant to "sync_worker" on table sync.product_sync_runs
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."product_sync_runs" TO "sync_worker";
-- Create table product_sync_errors
CREATE TABLE "sync"."product_sync_errors" (
  "run_id" bigint NOT NULL,
  "product_id" uuid NOT NULL,
  "message" text NOT NULL,
  "response" jsonb,
  CONSTRAINT "pk_product_sync_errors" PRIMARY KEY (run_id, product_id),
  CONSTRAINT "fk_product_sync_errors_run_id" FOREIGN KEY (run_id) REFERENCES sync.product_sync_runs(id) ON DELETE CASCADE,
  CONSTRAINT "fk_product_sync_errors_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id) ON DELETE CASCADE
);
-- Create index ix_product_sync_errors_product_id on product_sync_errors
CREATE INDEX "ix_product_sync_errors_product_id" ON "sync"."product_sync_errors" (product_id);
-- Grant to "sync_worker" on table sync.product_sync_errors
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."product_sync_errors" TO "sync_worker";
-- Create function mark_product_links
CREATE FUNCTION sync.mark_product_links()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE sync.product_links AS l
    SET wanted_hash = sync.product_hash(NEW)
    WHERE l.product_id = NEW.id AND l.wanted_hash IS DISTINCT FROM sync.product_hash(NEW);
    RETURN NULL;
END
$function$;
-- Drop view product_catalog
DROP VIEW "crm"."product_catalog";
-- Add value 'subscription' to enum type product_kind
ALTER TYPE "crm"."product_kind" ADD VALUE 'subscription' AFTER 'hardware';
-- Modify column sku of table products
ALTER TABLE "crm"."products" ALTER COLUMN "sku" TYPE character varying(80);
-- Create trigger mark_product_links on products
CREATE TRIGGER mark_product_links AFTER UPDATE OF sku, name, description, kind, is_active, attributes ON crm.products FOR EACH ROW EXECUTE FUNCTION sync.mark_product_links();
-- Create view product_catalog
CREATE VIEW "crm"."product_catalog" ("id", "sku", "name", "kind", "charge_model", "manufacturer_code", "family", "currency", "list_price", "floor_price", "hubspot_id") AS
 SELECT p.id,
    p.sku,
    p.name,
    p.kind,
    p.charge_model,
    p.manufacturer_code,
    f.name AS family,
    b.currency,
    e.list_price,
    e.floor_price,
    p.hubspot_id
   FROM (((crm.products p
     LEFT JOIN crm.product_families f ON ((f.id = p.family_id)))
     LEFT JOIN crm.price_book_entries e ON (((e.product_id = p.id) AND (e.validity @> CURRENT_DATE))))
     LEFT JOIN crm.price_books b ON (((b.id = e.price_book_id) AND b.is_standard AND b.is_active)))
  WHERE p.is_active;
-- Grant to "app_readonly" on view crm.product_catalog
GRANT SELECT ON TABLE "crm"."product_catalog" TO "app_readonly";
-- Grant to "app_user" on view crm.product_catalog
GRANT SELECT ON TABLE "crm"."product_catalog" TO "app_user";
-- Create view stale_products
CREATE VIEW "sync"."stale_products" ("system", "catalog", "product_id", "sku", "external_id", "is_new") AS
 SELECT c.system,
    c.name AS catalog,
    l.product_id,
    p.sku,
    l.external_id,
    (l.sent_hash IS NULL) AS is_new
   FROM ((sync.product_links l
     JOIN sync.external_catalogs c ON ((c.id = l.catalog_id)))
     JOIN crm.products p ON ((p.id = l.product_id)))
  WHERE l.is_stale;
-- Grant to "sync_worker" on view sync.stale_products
GRANT SELECT ON TABLE "sync"."stale_products" TO "sync_worker";
-- Create function product_hash
CREATE FUNCTION sync.product_hash(product crm.products)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN sha256(convert_to((jsonb_build_array((product).sku, (product).name, (product).description, (product).kind, (product).is_active, (product).attributes))::text, 'UTF8'::name));
-- Drop materialized view monthly_recurring_revenue
DROP MATERIALIZED VIEW "billing"."monthly_recurring_revenue";
-- Create materialized view monthly_recurring_revenue
CREATE MATERIALIZED VIEW "billing"."monthly_recurring_revenue" ("account_id", "currency", "product_id", "subscriptions", "amount") AS
 SELECT s.account_id,
    s.currency,
    i.product_id,
    count(DISTINCT s.id) AS subscriptions,
    sum((round(((i.quantity * i.unit_price) * ((1)::numeric - ((i.discount_percent)::numeric / (100)::numeric))), 2) / (
        CASE s.period
            WHEN 'month'::crm.billing_period THEN 1
            WHEN 'quarter'::crm.billing_period THEN 3
            WHEN 'year'::crm.billing_period THEN 12
            ELSE NULL::integer
        END)::numeric)) AS amount
   FROM (billing.subscriptions s
     JOIN billing.subscription_items i ON (((i.subscription_id = s.id) AND (i.during @> CURRENT_DATE))))
  WHERE (s.status = ANY (ARRAY['active'::billing.subscription_status, 'past_due'::billing.subscription_status]))
  GROUP BY s.account_id, s.currency, i.product_id
WITH NO DATA;
-- Create index uq_monthly_recurring_revenue on monthly_recurring_revenue
CREATE UNIQUE INDEX "uq_monthly_recurring_revenue" ON "billing"."monthly_recurring_revenue" (account_id, currency, product_id);
-- Create index ix_monthly_recurring_revenue_product_id on monthly_recurring_revenue
CREATE INDEX "ix_monthly_recurring_revenue_product_id" ON "billing"."monthly_recurring_revenue" (product_id) INCLUDE (amount);
-- Set comment of materialized view billing.monthly_recurring_revenue
COMMENT ON MATERIALIZED VIEW "billing"."monthly_recurring_revenue" IS 'Refreshed every night';
-- Grant to "app_readonly" on materialized view billing.monthly_recurring_revenue
GRANT SELECT ON TABLE "billing"."monthly_recurring_revenue" TO "app_readonly" WITH GRANT OPTION;
