-- Function bodies may name what is created later
SET check_function_bodies = off;
-- Create schema audit
CREATE SCHEMA "audit";
-- Set comment of schema audit
COMMENT ON SCHEMA "audit" IS 'Who changed and who read what; append only';
-- Grant to "app_user" on schema audit
GRANT USAGE ON SCHEMA "audit" TO "app_user";
-- Grant to "auditor" on schema audit
GRANT USAGE ON SCHEMA "audit" TO "auditor";
-- Create schema billing
CREATE SCHEMA "billing";
-- Set comment of schema billing
COMMENT ON SCHEMA "billing" IS 'Contracts, subscriptions, invoices and payments';
-- Grant to "app_readonly" on schema billing
GRANT USAGE ON SCHEMA "billing" TO "app_readonly";
-- Grant to "app_user" on schema billing
GRANT USAGE ON SCHEMA "billing" TO "app_user";
-- Grant to "billing_service" on schema billing
GRANT USAGE ON SCHEMA "billing" TO "billing_service";
-- Create schema crm
CREATE SCHEMA "crm";
-- Set comment of schema crm
COMMENT ON SCHEMA "crm" IS 'Customers, catalogue, quotes and approvals';
-- Grant to "app_readonly" on schema crm
GRANT USAGE ON SCHEMA "crm" TO "app_readonly";
-- Grant to "app_user" on schema crm
GRANT USAGE ON SCHEMA "crm" TO "app_user";
-- Grant to "billing_service" on schema crm
GRANT USAGE ON SCHEMA "crm" TO "billing_service";
-- Create extension btree_gist
CREATE EXTENSION "btree_gist" WITH SCHEMA "public";
-- Set comment of extension btree_gist
COMMENT ON EXTENSION "btree_gist" IS 'support for indexing common datatypes in GiST';
-- Create extension citext
CREATE EXTENSION "citext" WITH SCHEMA "public";
-- Set comment of extension citext
COMMENT ON EXTENSION "citext" IS 'data type for case-insensitive character strings';
-- Create extension pg_trgm
CREATE EXTENSION "pg_trgm" WITH SCHEMA "public";
-- Set comment of extension pg_trgm
COMMENT ON EXTENSION "pg_trgm" IS 'text similarity measurement and index searching based on trigrams';
-- Create enum type change_operation
CREATE TYPE "audit"."change_operation" AS ENUM ('insert', 'update', 'delete');
-- Create enum type invoice_status
CREATE TYPE "billing"."invoice_status" AS ENUM ('draft', 'open', 'paid', 'void', 'uncollectible');
-- Create enum type payment_method_kind
CREATE TYPE "billing"."payment_method_kind" AS ENUM ('card', 'direct_debit', 'bank_transfer');
-- Create enum type payment_status
CREATE TYPE "billing"."payment_status" AS ENUM ('pending', 'succeeded', 'failed', 'refunded');
-- Create enum type subscription_status
CREATE TYPE "billing"."subscription_status" AS ENUM ('trial', 'active', 'past_due', 'cancelled');
-- Create enum type account_kind
CREATE TYPE "crm"."account_kind" AS ENUM ('prospect', 'customer', 'partner', 'former_customer');
-- Create enum type activity_kind
CREATE TYPE "crm"."activity_kind" AS ENUM ('call', 'email', 'meeting', 'note');
-- Create enum type address_kind
CREATE TYPE "crm"."address_kind" AS ENUM ('billing', 'shipping', 'legal');
-- Create enum type approval_status
CREATE TYPE "crm"."approval_status" AS ENUM ('pending', 'approved', 'rejected', 'withdrawn');
-- Create enum type billing_period
CREATE TYPE "crm"."billing_period" AS ENUM ('month', 'quarter', 'year');
-- Create enum type charge_model
CREATE TYPE "crm"."charge_model" AS ENUM ('one_time', 'recurring', 'usage');
-- Create enum type deal_status
CREATE TYPE "crm"."deal_status" AS ENUM ('open', 'won', 'lost');
-- Create enum type lead_source
CREATE TYPE "crm"."lead_source" AS ENUM ('website', 'referral', 'event', 'outbound', 'partner');
-- Create enum type lifecycle_stage
CREATE TYPE "crm"."lifecycle_stage" AS ENUM ('lead', 'qualified', 'opportunity', 'customer');
-- Create enum type product_kind
CREATE TYPE "crm"."product_kind" AS ENUM ('licence', 'service', 'hardware', 'bundle');
-- Create enum type quote_status
CREATE TYPE "crm"."quote_status" AS ENUM ('draft', 'in_review', 'approved', 'sent', 'accepted', 'rejected', 'expired');
-- Create enum type user_status
CREATE TYPE "crm"."user_status" AS ENUM ('invited', 'active', 'suspended', 'deactivated');
-- Create domain country_code
CREATE DOMAIN "crm"."country_code" AS character(2) CONSTRAINT "country_code_iso_3166" CHECK ((VALUE ~ '^[A-Z]{2}$'::text));
-- Create domain email_address
CREATE DOMAIN "crm"."email_address" AS public.citext CONSTRAINT "email_address_shape" CHECK (((VALUE)::text ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'::text));
-- Create domain percentage
CREATE DOMAIN "crm"."percentage" AS numeric(7,4) CONSTRAINT "percentage_range" CHECK (((VALUE >= (0)::numeric) AND (VALUE <= (100)::numeric)));
-- Set comment of domain crm.percentage
COMMENT ON DOMAIN "crm"."percentage" IS '0 to 100; not a fraction';
-- Create composite type quote_totals
CREATE TYPE "crm"."quote_totals" AS ("line_count" integer, "list_total" numeric(18,2), "net_total" numeric(18,2), "discount_percent" numeric(7,4));
-- Create table changes
CREATE TABLE "audit"."changes" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "pk_changes" PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
-- Enable row level security on table changes
ALTER TABLE "audit"."changes" ENABLE ROW LEVEL SECURITY;
-- Create index ix_changes_occurred_at on changes
CREATE INDEX "ix_changes_occurred_at" ON ONLY "audit"."changes" USING "brin" (occurred_at);
-- Create index ix_changes_table_name_row_key on changes
CREATE INDEX "ix_changes_table_name_row_key" ON ONLY "audit"."changes" (table_name, row_key);
-- Create policy changes_for_auditors on changes
CREATE POLICY "changes_for_auditors" ON "audit"."changes" FOR SELECT TO "auditor" USING (true);
-- Set comment of table audit.changes
COMMENT ON TABLE "audit"."changes" IS 'Every change to the audited tables, written by audit.record_change()';
-- Grant to "auditor" on table audit.changes
GRANT SELECT ON TABLE "audit"."changes" TO "auditor";
-- Create table changes_2026q3
CREATE TABLE "audit"."changes_2026q3" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "changes_2026q3_pkey" PRIMARY KEY (id, occurred_at)
);
-- Create index changes_2026q3_occurred_at_idx on changes_2026q3
CREATE INDEX "changes_2026q3_occurred_at_idx" ON "audit"."changes_2026q3" USING "brin" (occurred_at);
-- Create index changes_2026q3_table_name_row_key_idx on changes_2026q3
CREATE INDEX "changes_2026q3_table_name_row_key_idx" ON "audit"."changes_2026q3" (table_name, row_key);
-- Attach partition changes_2026q3 to changes
ALTER TABLE ONLY "audit"."changes" ATTACH PARTITION "audit"."changes_2026q3" FOR VALUES FROM ('2026-07-01 00:00:00+00') TO ('2026-10-01 00:00:00+00');
-- Attach index changes_2026q3_occurred_at_idx to ix_changes_occurred_at
ALTER INDEX "audit"."ix_changes_occurred_at" ATTACH PARTITION "audit"."changes_2026q3_occurred_at_idx";
-- Attach index changes_2026q3_pkey to pk_changes
ALTER INDEX "audit"."pk_changes" ATTACH PARTITION "audit"."changes_2026q3_pkey";
-- Attach index changes_2026q3_table_name_row_key_idx to ix_changes_table_name_row_key
ALTER INDEX "audit"."ix_changes_table_name_row_key" ATTACH PARTITION "audit"."changes_2026q3_table_name_row_key_idx";
-- Create table changes_2026q4
CREATE TABLE "audit"."changes_2026q4" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "changes_2026q4_pkey" PRIMARY KEY (id, occurred_at)
);
-- Create index changes_2026q4_occurred_at_idx on changes_2026q4
CREATE INDEX "changes_2026q4_occurred_at_idx" ON "audit"."changes_2026q4" USING "brin" (occurred_at);
-- Create index changes_2026q4_table_name_row_key_idx on changes_2026q4
CREATE INDEX "changes_2026q4_table_name_row_key_idx" ON "audit"."changes_2026q4" (table_name, row_key);
-- Attach partition changes_2026q4 to changes
ALTER TABLE ONLY "audit"."changes" ATTACH PARTITION "audit"."changes_2026q4" FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
-- Attach index changes_2026q4_occurred_at_idx to ix_changes_occurred_at
ALTER INDEX "audit"."ix_changes_occurred_at" ATTACH PARTITION "audit"."changes_2026q4_occurred_at_idx";
-- Attach index changes_2026q4_pkey to pk_changes
ALTER INDEX "audit"."pk_changes" ATTACH PARTITION "audit"."changes_2026q4_pkey";
-- Attach index changes_2026q4_table_name_row_key_idx to ix_changes_table_name_row_key
ALTER INDEX "audit"."ix_changes_table_name_row_key" ATTACH PARTITION "audit"."changes_2026q4_table_name_row_key_idx";
-- Create table changes_2027q1
CREATE TABLE "audit"."changes_2027q1" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "changes_2027q1_pkey" PRIMARY KEY (id, occurred_at)
);
-- Create index changes_2027q1_occurred_at_idx on changes_2027q1
CREATE INDEX "changes_2027q1_occurred_at_idx" ON "audit"."changes_2027q1" USING "brin" (occurred_at);
-- Create index changes_2027q1_table_name_row_key_idx on changes_2027q1
CREATE INDEX "changes_2027q1_table_name_row_key_idx" ON "audit"."changes_2027q1" (table_name, row_key);
-- Attach partition changes_2027q1 to changes
ALTER TABLE ONLY "audit"."changes" ATTACH PARTITION "audit"."changes_2027q1" FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-04-01 00:00:00+00');
-- Attach index changes_2027q1_occurred_at_idx to ix_changes_occurred_at
ALTER INDEX "audit"."ix_changes_occurred_at" ATTACH PARTITION "audit"."changes_2027q1_occurred_at_idx";
-- Attach index changes_2027q1_pkey to pk_changes
ALTER INDEX "audit"."pk_changes" ATTACH PARTITION "audit"."changes_2027q1_pkey";
-- Attach index changes_2027q1_table_name_row_key_idx to ix_changes_table_name_row_key
ALTER INDEX "audit"."ix_changes_table_name_row_key" ATTACH PARTITION "audit"."changes_2027q1_table_name_row_key_idx";
-- Create table changes_default
CREATE TABLE "audit"."changes_default" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "changes_default_pkey" PRIMARY KEY (id, occurred_at)
);
-- Create index changes_default_occurred_at_idx on changes_default
CREATE INDEX "changes_default_occurred_at_idx" ON "audit"."changes_default" USING "brin" (occurred_at);
-- Create index changes_default_table_name_row_key_idx on changes_default
CREATE INDEX "changes_default_table_name_row_key_idx" ON "audit"."changes_default" (table_name, row_key);
-- Attach partition changes_default to changes
ALTER TABLE ONLY "audit"."changes" ATTACH PARTITION "audit"."changes_default" DEFAULT;
-- Attach index changes_default_occurred_at_idx to ix_changes_occurred_at
ALTER INDEX "audit"."ix_changes_occurred_at" ATTACH PARTITION "audit"."changes_default_occurred_at_idx";
-- Attach index changes_default_pkey to pk_changes
ALTER INDEX "audit"."pk_changes" ATTACH PARTITION "audit"."changes_default_pkey";
-- Attach index changes_default_table_name_row_key_idx to ix_changes_table_name_row_key
ALTER INDEX "audit"."ix_changes_table_name_row_key" ATTACH PARTITION "audit"."changes_default_table_name_row_key_idx";
-- Create table counters
CREATE TABLE "billing"."counters" (
  "name" text NOT NULL,
  "fiscal_year" smallint NOT NULL,
  "last_value" integer DEFAULT 0 NOT NULL,
  CONSTRAINT "pk_counters" PRIMARY KEY (name, fiscal_year)
) WITH (fillfactor='50');
-- Set comment of table billing.counters
COMMENT ON TABLE "billing"."counters" IS 'Numbers without gaps: the row is locked by the transaction that issues a document';
-- Grant to "billing_service" on table billing.counters
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."counters" TO "billing_service";
-- Create table gateway_events
CREATE TABLE "billing"."gateway_events" (
  "event_id" text NOT NULL,
  "kind" text NOT NULL,
  "payload" jsonb NOT NULL,
  "received_at" timestamp with time zone DEFAULT now() NOT NULL,
  "processed_at" timestamp with time zone,
  "error" text,
  CONSTRAINT "pk_gateway_events" PRIMARY KEY (event_id)
);
-- Create index ix_gateway_events_unprocessed on gateway_events
CREATE INDEX "ix_gateway_events_unprocessed" ON "billing"."gateway_events" (received_at) WHERE (processed_at IS NULL);
-- Set comment of table billing.gateway_events
COMMENT ON TABLE "billing"."gateway_events" IS 'Webhooks as they came; the key makes redelivery harmless';
-- Grant to "billing_service" on table billing.gateway_events
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."gateway_events" TO "billing_service";
-- Create table tax_rates
CREATE TABLE "billing"."tax_rates" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "country" crm.country_code NOT NULL,
  "category" text DEFAULT 'standard'::text NOT NULL,
  "percent" crm.percentage NOT NULL,
  "during" daterange NOT NULL,
  CONSTRAINT "pk_tax_rates" PRIMARY KEY (id),
  CONSTRAINT "ex_tax_rates_no_overlap" EXCLUDE USING gist (country WITH =, category WITH =, during WITH &&)
);
-- Grant to "billing_service" on table billing.tax_rates
GRANT SELECT ON TABLE "billing"."tax_rates" TO "billing_service";
-- Create table approval_policies
CREATE TABLE "crm"."approval_policies" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "is_active" boolean DEFAULT true NOT NULL,
  "condition" jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_approval_policies" PRIMARY KEY (id),
  CONSTRAINT "uq_approval_policies_name" UNIQUE (name)
);
-- Set comment of column crm.approval_policies.condition
COMMENT ON COLUMN "crm"."approval_policies"."condition" IS 'A predicate over the quote, as a JSON expression tree';
-- Grant to "app_readonly" on table crm.approval_policies
GRANT SELECT ON TABLE "crm"."approval_policies" TO "app_readonly";
-- Grant to "app_user" on table crm.approval_policies
GRANT SELECT ON TABLE "crm"."approval_policies" TO "app_user";
-- Create table currencies
CREATE TABLE "crm"."currencies" (
  "code" character(3) NOT NULL,
  "name" text NOT NULL,
  "minor_units" smallint DEFAULT 2 NOT NULL,
  CONSTRAINT "pk_currencies" PRIMARY KEY (code),
  CONSTRAINT "ck_currencies_code_is_iso_4217" CHECK ((code ~ '^[A-Z]{3}$'::text))
);
-- Grant to "app_readonly" on table crm.currencies
GRANT SELECT ON TABLE "crm"."currencies" TO "app_readonly";
-- Grant to "app_user" on table crm.currencies
GRANT SELECT ON TABLE "crm"."currencies" TO "app_user";
-- Create table exchange_rates
CREATE TABLE "crm"."exchange_rates" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "base" character(3) NOT NULL,
  "quote" character(3) NOT NULL,
  "rate" numeric(20,10) NOT NULL,
  "valid_from" date NOT NULL,
  "valid_until" date,
  CONSTRAINT "pk_exchange_rates" PRIMARY KEY (id),
  CONSTRAINT "ex_exchange_rates_one_rate_a_day" EXCLUDE USING gist (base WITH =, quote WITH =, daterange(valid_from, valid_until) WITH &&),
  CONSTRAINT "ck_exchange_rates_two_currencies" CHECK ((base <> quote)),
  CONSTRAINT "ck_exchange_rates_rate_positive" CHECK ((rate > (0)::numeric)),
  CONSTRAINT "ck_exchange_rates_valid_until_after_valid_from" CHECK ((valid_until > valid_from)),
  CONSTRAINT "fk_exchange_rates_base" FOREIGN KEY (base) REFERENCES crm.currencies(code),
  CONSTRAINT "fk_exchange_rates_quote" FOREIGN KEY (quote) REFERENCES crm.currencies(code)
);
-- Grant to "app_readonly" on table crm.exchange_rates
GRANT SELECT ON TABLE "crm"."exchange_rates" TO "app_readonly";
-- Grant to "app_user" on table crm.exchange_rates
GRANT SELECT ON TABLE "crm"."exchange_rates" TO "app_user";
-- Create table industries
CREATE TABLE "crm"."industries" (
  "code" text NOT NULL,
  "label" text NOT NULL,
  "parent_code" text,
  CONSTRAINT "pk_industries" PRIMARY KEY (code),
  CONSTRAINT "uq_industries_label" UNIQUE (label),
  CONSTRAINT "fk_industries_parent_code" FOREIGN KEY (parent_code) REFERENCES crm.industries(code)
);
-- Grant to "app_readonly" on table crm.industries
GRANT SELECT ON TABLE "crm"."industries" TO "app_readonly";
-- Grant to "app_user" on table crm.industries
GRANT SELECT ON TABLE "crm"."industries" TO "app_user";
-- Create table pipelines
CREATE TABLE "crm"."pipelines" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "is_default" boolean DEFAULT false NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_pipelines" PRIMARY KEY (id),
  CONSTRAINT "uq_pipelines_name" UNIQUE (name)
);
-- Create index uq_pipelines_default on pipelines
CREATE UNIQUE INDEX "uq_pipelines_default" ON "crm"."pipelines" ((true)) WHERE is_default;
-- Grant to "app_readonly" on table crm.pipelines
GRANT SELECT ON TABLE "crm"."pipelines" TO "app_readonly";
-- Grant to "app_user" on table crm.pipelines
GRANT SELECT ON TABLE "crm"."pipelines" TO "app_user";
-- Create table pipeline_stages
CREATE TABLE "crm"."pipeline_stages" (
  "pipeline_id" uuid NOT NULL,
  "code" text NOT NULL,
  "label" text NOT NULL,
  "position" smallint NOT NULL,
  "probability" crm.percentage NOT NULL,
  CONSTRAINT "pk_pipeline_stages" PRIMARY KEY (pipeline_id, code),
  CONSTRAINT "ck_pipeline_stages_code_is_identifier" CHECK ((code ~ '^[a-z][a-z0-9_]*$'::text)),
  CONSTRAINT "fk_pipeline_stages_pipeline_id" FOREIGN KEY (pipeline_id) REFERENCES crm.pipelines(id) ON DELETE CASCADE
);
-- Grant to "app_readonly" on table crm.pipeline_stages
GRANT SELECT ON TABLE "crm"."pipeline_stages" TO "app_readonly";
-- Grant to "app_user" on table crm.pipeline_stages
GRANT SELECT ON TABLE "crm"."pipeline_stages" TO "app_user";
-- Create table price_books
CREATE TABLE "crm"."price_books" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "currency" character(3) NOT NULL,
  "is_standard" boolean DEFAULT false NOT NULL,
  "is_active" boolean DEFAULT true NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_price_books" PRIMARY KEY (id),
  CONSTRAINT "uq_price_books_name" UNIQUE (name),
  CONSTRAINT "fk_price_books_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Create index uq_price_books_standard on price_books
CREATE UNIQUE INDEX "uq_price_books_standard" ON "crm"."price_books" (currency) WHERE (is_standard AND is_active);
-- Set comment of table crm.price_books
COMMENT ON TABLE "crm"."price_books" IS 'Lists of prices; one standard list for each currency';
-- Grant to "app_readonly" on table crm.price_books
GRANT SELECT ON TABLE "crm"."price_books" TO "app_readonly";
-- Grant to "app_user" on table crm.price_books
GRANT SELECT ON TABLE "crm"."price_books" TO "app_user";
-- Create table product_families
CREATE TABLE "crm"."product_families" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "parent_id" uuid,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_product_families" PRIMARY KEY (id),
  CONSTRAINT "uq_product_families_name" UNIQUE (name),
  CONSTRAINT "fk_product_families_parent_id" FOREIGN KEY (parent_id) REFERENCES crm.product_families(id)
);
-- Create index ix_product_families_parent_id on product_families
CREATE INDEX "ix_product_families_parent_id" ON "crm"."product_families" (parent_id);
-- Grant to "app_readonly" on table crm.product_families
GRANT SELECT ON TABLE "crm"."product_families" TO "app_readonly";
-- Grant to "app_user" on table crm.product_families
GRANT SELECT ON TABLE "crm"."product_families" TO "app_user";
-- Create table discount_schedules
CREATE TABLE "crm"."discount_schedules" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "product_family_id" uuid,
  "max_percent" crm.percentage NOT NULL,
  "is_stackable" boolean DEFAULT false NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_discount_schedules" PRIMARY KEY (id),
  CONSTRAINT "uq_discount_schedules_name" UNIQUE (name),
  CONSTRAINT "fk_discount_schedules_product_family_id" FOREIGN KEY (product_family_id) REFERENCES crm.product_families(id)
);
-- Create index ix_discount_schedules_product_family_id on discount_schedules
CREATE INDEX "ix_discount_schedules_product_family_id" ON "crm"."discount_schedules" (product_family_id);
-- Grant to "app_readonly" on table crm.discount_schedules
GRANT SELECT ON TABLE "crm"."discount_schedules" TO "app_readonly";
-- Grant to "app_user" on table crm.discount_schedules
GRANT SELECT ON TABLE "crm"."discount_schedules" TO "app_user";
-- Create table teams
CREATE TABLE "crm"."teams" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "parent_id" uuid,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_teams" PRIMARY KEY (id),
  CONSTRAINT "uq_teams_parent_id_name" UNIQUE NULLS NOT DISTINCT (parent_id, name),
  CONSTRAINT "fk_teams_parent_id" FOREIGN KEY (parent_id) REFERENCES crm.teams(id)
);
-- Grant to "app_readonly" on table crm.teams
GRANT SELECT ON TABLE "crm"."teams" TO "app_readonly";
-- Grant to "app_user" on table crm.teams
GRANT SELECT ON TABLE "crm"."teams" TO "app_user";
-- Create table territories
CREATE TABLE "crm"."territories" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "countries" text[] DEFAULT '{}'::text[] NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_territories" PRIMARY KEY (id),
  CONSTRAINT "uq_territories_name" UNIQUE (name)
);
-- Create index ix_territories_countries on territories
CREATE INDEX "ix_territories_countries" ON "crm"."territories" USING "gin" (countries);
-- Set comment of column crm.territories.countries
COMMENT ON COLUMN "crm"."territories"."countries" IS 'ISO 3166-1 alpha-2 codes';
-- Grant to "app_readonly" on table crm.territories
GRANT SELECT ON TABLE "crm"."territories" TO "app_readonly";
-- Grant to "app_user" on table crm.territories
GRANT SELECT ON TABLE "crm"."territories" TO "app_user";
-- Create table territory_assignments
CREATE TABLE "crm"."territory_assignments" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "territory_id" uuid NOT NULL,
  "team_id" uuid NOT NULL,
  "during" daterange NOT NULL,
  CONSTRAINT "pk_territory_assignments" PRIMARY KEY (id),
  CONSTRAINT "ex_territory_assignments_one_owner_at_a_time" EXCLUDE USING gist (territory_id WITH =, during WITH &&),
  CONSTRAINT "ck_territory_assignments_during_not_empty" CHECK ((NOT isempty(during))),
  CONSTRAINT "fk_territory_assignments_territory_id" FOREIGN KEY (territory_id) REFERENCES crm.territories(id) ON DELETE CASCADE,
  CONSTRAINT "fk_territory_assignments_team_id" FOREIGN KEY (team_id) REFERENCES crm.teams(id)
);
-- Create index ix_territory_assignments_team_id on territory_assignments
CREATE INDEX "ix_territory_assignments_team_id" ON "crm"."territory_assignments" (team_id);
-- Set comment of table crm.territory_assignments
COMMENT ON TABLE "crm"."territory_assignments" IS 'Which team owns a territory, and when: one team at a time';
-- Grant to "app_readonly" on table crm.territory_assignments
GRANT SELECT ON TABLE "crm"."territory_assignments" TO "app_readonly";
-- Grant to "app_user" on table crm.territory_assignments
GRANT SELECT ON TABLE "crm"."territory_assignments" TO "app_user";
-- Create table units_of_measure
CREATE TABLE "crm"."units_of_measure" (
  "code" character varying(16) NOT NULL,
  "label" text NOT NULL,
  "decimals" smallint DEFAULT 0 NOT NULL,
  CONSTRAINT "pk_units_of_measure" PRIMARY KEY (code),
  CONSTRAINT "ck_units_of_measure_decimals_range" CHECK (((decimals >= 0) AND (decimals <= 4)))
);
-- Grant to "app_readonly" on table crm.units_of_measure
GRANT SELECT ON TABLE "crm"."units_of_measure" TO "app_readonly";
-- Grant to "app_user" on table crm.units_of_measure
GRANT SELECT ON TABLE "crm"."units_of_measure" TO "app_user";
-- Create table products
CREATE TABLE "crm"."products" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "sku" character varying(40) NOT NULL,
  "name" text NOT NULL,
  "description" text,
  "kind" crm.product_kind NOT NULL,
  "charge_model" crm.charge_model DEFAULT 'one_time'::crm.charge_model NOT NULL,
  "billing_period" crm.billing_period,
  "family_id" uuid,
  "unit_code" character varying(16) DEFAULT 'each'::character varying NOT NULL,
  "vendor_code" text,
  "cost" numeric(18,2),
  "is_active" boolean DEFAULT true NOT NULL,
  "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_products" PRIMARY KEY (id),
  CONSTRAINT "ck_products_recurring_has_period" CHECK (((charge_model <> 'recurring'::crm.charge_model) OR (billing_period IS NOT NULL))),
  CONSTRAINT "ck_products_cost_not_negative" CHECK ((cost >= (0)::numeric)),
  CONSTRAINT "fk_products_family_id" FOREIGN KEY (family_id) REFERENCES crm.product_families(id),
  CONSTRAINT "fk_products_unit_code" FOREIGN KEY (unit_code) REFERENCES crm.units_of_measure(code)
);
-- Create index ix_products_active_family on products
CREATE INDEX "ix_products_active_family" ON "crm"."products" (family_id) WHERE is_active;
-- Create index uq_products_sku_upper on products
CREATE UNIQUE INDEX "uq_products_sku_upper" ON "crm"."products" (upper((sku)::text));
-- Set comment of column crm.products.vendor_code
COMMENT ON COLUMN "crm"."products"."vendor_code" IS 'The article number that the manufacturer uses';
-- Grant to "app_readonly" on table crm.products
GRANT SELECT ON TABLE "crm"."products" TO "app_readonly";
-- Grant to "app_user" on table crm.products
GRANT SELECT ON TABLE "crm"."products" TO "app_user";
-- Grant to "billing_service" on table crm.products
GRANT SELECT ON TABLE "crm"."products" TO "billing_service";
-- Create table usage_meters
CREATE TABLE "billing"."usage_meters" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "code" text NOT NULL,
  "product_id" uuid NOT NULL,
  "aggregation" text DEFAULT 'sum'::text NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_usage_meters" PRIMARY KEY (id),
  CONSTRAINT "uq_usage_meters_code" UNIQUE (code),
  CONSTRAINT "ck_usage_meters_known_aggregation" CHECK ((aggregation = ANY (ARRAY['sum'::text, 'max'::text, 'last'::text]))),
  CONSTRAINT "fk_usage_meters_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id)
);
-- Create index ix_usage_meters_product_id on usage_meters
CREATE INDEX "ix_usage_meters_product_id" ON "billing"."usage_meters" (product_id);
-- Grant to "billing_service" on table billing.usage_meters
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."usage_meters" TO "billing_service";
-- Create table price_book_entries
CREATE TABLE "crm"."price_book_entries" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "price_book_id" uuid NOT NULL,
  "product_id" uuid NOT NULL,
  "validity" daterange DEFAULT daterange(CURRENT_DATE, NULL::date) NOT NULL,
  "list_price" numeric(18,6) NOT NULL,
  "floor_price" numeric(18,6),
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_price_book_entries" PRIMARY KEY (id),
  CONSTRAINT "ex_price_book_entries_no_overlap" EXCLUDE USING gist (price_book_id WITH =, product_id WITH =, validity WITH &&),
  CONSTRAINT "ck_price_book_entries_list_price_not_negative" CHECK ((list_price >= (0)::numeric)),
  CONSTRAINT "ck_price_book_entries_floor_price_below_list_price" CHECK ((floor_price <= list_price)),
  CONSTRAINT "ck_price_book_entries_validity_not_empty" CHECK ((NOT isempty(validity))),
  CONSTRAINT "fk_price_book_entries_price_book_id" FOREIGN KEY (price_book_id) REFERENCES crm.price_books(id) ON DELETE CASCADE,
  CONSTRAINT "fk_price_book_entries_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id)
);
-- Create index ix_price_book_entries_product_id on price_book_entries
CREATE INDEX "ix_price_book_entries_product_id" ON "crm"."price_book_entries" (product_id);
-- Set comment of column crm.price_book_entries.floor_price
COMMENT ON COLUMN "crm"."price_book_entries"."floor_price" IS 'Below this price an approval is needed';
-- Set comment of table crm.price_book_entries
COMMENT ON TABLE "crm"."price_book_entries" IS 'The price of a product in a price book during a period';
-- Grant to "app_readonly" on table crm.price_book_entries
GRANT SELECT ON TABLE "crm"."price_book_entries" TO "app_readonly";
-- Grant to "app_user" on table crm.price_book_entries
GRANT SELECT ON TABLE "crm"."price_book_entries" TO "app_user";
-- Create table price_tiers
CREATE TABLE "crm"."price_tiers" (
  "entry_id" uuid NOT NULL,
  "min_quantity" numeric(16,4) NOT NULL,
  "unit_price" numeric(18,6) NOT NULL,
  CONSTRAINT "pk_price_tiers" PRIMARY KEY (entry_id, min_quantity),
  CONSTRAINT "ck_price_tiers_min_quantity_positive" CHECK ((min_quantity > (0)::numeric)),
  CONSTRAINT "fk_price_tiers_entry_id" FOREIGN KEY (entry_id) REFERENCES crm.price_book_entries(id) ON DELETE CASCADE
);
-- Grant to "app_readonly" on table crm.price_tiers
GRANT SELECT ON TABLE "crm"."price_tiers" TO "app_readonly";
-- Grant to "app_user" on table crm.price_tiers
GRANT SELECT ON TABLE "crm"."price_tiers" TO "app_user";
-- Create table product_bundle_items
CREATE TABLE "crm"."product_bundle_items" (
  "bundle_id" uuid NOT NULL,
  "component_id" uuid NOT NULL,
  "quantity" numeric(16,4) DEFAULT 1 NOT NULL,
  "is_optional" boolean DEFAULT false NOT NULL,
  CONSTRAINT "pk_product_bundle_items" PRIMARY KEY (bundle_id, component_id),
  CONSTRAINT "ck_product_bundle_items_not_in_itself" CHECK ((bundle_id <> component_id)),
  CONSTRAINT "ck_product_bundle_items_quantity_positive" CHECK ((quantity > (0)::numeric)),
  CONSTRAINT "fk_product_bundle_items_bundle_id" FOREIGN KEY (bundle_id) REFERENCES crm.products(id) ON DELETE CASCADE,
  CONSTRAINT "fk_product_bundle_items_component_id" FOREIGN KEY (component_id) REFERENCES crm.products(id)
);
-- Create index ix_product_bundle_items_component_id on product_bundle_items
CREATE INDEX "ix_product_bundle_items_component_id" ON "crm"."product_bundle_items" (component_id);
-- Grant to "app_readonly" on table crm.product_bundle_items
GRANT SELECT ON TABLE "crm"."product_bundle_items" TO "app_readonly";
-- Grant to "app_user" on table crm.product_bundle_items
GRANT SELECT ON TABLE "crm"."product_bundle_items" TO "app_user";
-- Create table product_dependencies
CREATE TABLE "crm"."product_dependencies" (
  "product_id" uuid NOT NULL,
  "other_id" uuid NOT NULL,
  "relation" text NOT NULL,
  CONSTRAINT "pk_product_dependencies" PRIMARY KEY (product_id, other_id),
  CONSTRAINT "ck_product_dependencies_known_relation" CHECK ((relation = ANY (ARRAY['requires'::text, 'excludes'::text]))),
  CONSTRAINT "ck_product_dependencies_not_on_itself" CHECK ((product_id <> other_id)),
  CONSTRAINT "fk_product_dependencies_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id) ON DELETE CASCADE,
  CONSTRAINT "fk_product_dependencies_other_id" FOREIGN KEY (other_id) REFERENCES crm.products(id) ON DELETE CASCADE
);
-- Create index ix_product_dependencies_other_id on product_dependencies
CREATE INDEX "ix_product_dependencies_other_id" ON "crm"."product_dependencies" (other_id);
-- Grant to "app_readonly" on table crm.product_dependencies
GRANT SELECT ON TABLE "crm"."product_dependencies" TO "app_readonly";
-- Grant to "app_user" on table crm.product_dependencies
GRANT SELECT ON TABLE "crm"."product_dependencies" TO "app_user";
-- Create table product_features
CREATE TABLE "crm"."product_features" (
  "product_id" uuid NOT NULL,
  "feature" text NOT NULL,
  "limit_value" integer,
  CONSTRAINT "pk_product_features" PRIMARY KEY (product_id, feature),
  CONSTRAINT "fk_product_features_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id) ON DELETE CASCADE
);
-- Set comment of column crm.product_features.limit_value
COMMENT ON COLUMN "crm"."product_features"."limit_value" IS 'NULL means without limit';
-- Grant to "app_readonly" on table crm.product_features
GRANT SELECT ON TABLE "crm"."product_features" TO "app_readonly";
-- Grant to "app_user" on table crm.product_features
GRANT SELECT ON TABLE "crm"."product_features" TO "app_user";
-- Create table product_translations
CREATE TABLE "crm"."product_translations" (
  "product_id" uuid NOT NULL,
  "language" text NOT NULL,
  "name" text NOT NULL,
  "description" text,
  CONSTRAINT "pk_product_translations" PRIMARY KEY (product_id, language),
  CONSTRAINT "fk_product_translations_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id) ON DELETE CASCADE
);
-- Grant to "app_readonly" on table crm.product_translations
GRANT SELECT ON TABLE "crm"."product_translations" TO "app_readonly";
-- Grant to "app_user" on table crm.product_translations
GRANT SELECT ON TABLE "crm"."product_translations" TO "app_user";
-- Create table users
CREATE TABLE "crm"."users" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "email" crm.email_address NOT NULL,
  "display_name" text NOT NULL,
  "status" crm.user_status DEFAULT 'invited'::crm.user_status NOT NULL,
  "locale" text DEFAULT 'en-GB'::text NOT NULL,
  "time_zone" text DEFAULT 'UTC'::text NOT NULL,
  "manager_id" uuid,
  "last_seen_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_users" PRIMARY KEY (id),
  CONSTRAINT "uq_users_email" UNIQUE (email),
  CONSTRAINT "ck_users_not_own_manager" CHECK ((manager_id <> id)),
  CONSTRAINT "fk_users_manager_id" FOREIGN KEY (manager_id) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Create index ix_users_manager_id on users
CREATE INDEX "ix_users_manager_id" ON "crm"."users" (manager_id);
-- Set comment of table crm.users
COMMENT ON TABLE "crm"."users" IS 'People who sign in; they are deactivated, never deleted';
-- Grant to "app_user" on column crm.users.display_name
GRANT SELECT ("display_name") ON TABLE "crm"."users" TO "app_user";
-- Grant to "app_user" on column crm.users.id
GRANT SELECT ("id") ON TABLE "crm"."users" TO "app_user";
-- Grant to "app_user" on column crm.users.manager_id
GRANT SELECT ("manager_id") ON TABLE "crm"."users" TO "app_user";
-- Grant to "app_user" on column crm.users.status
GRANT SELECT ("status") ON TABLE "crm"."users" TO "app_user";
-- Create table personal_data_accesses
CREATE TABLE "audit"."personal_data_accesses" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "contact_id" uuid NOT NULL,
  "accessed_by" uuid,
  "columns" text[] NOT NULL,
  "purpose" text NOT NULL,
  "accessed_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_personal_data_accesses" PRIMARY KEY (id),
  CONSTRAINT "ck_personal_data_accesses_names_columns" CHECK ((cardinality(columns) > 0)),
  CONSTRAINT "fk_personal_data_accesses_accessed_by" FOREIGN KEY (accessed_by) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Create index ix_personal_data_accesses_contact_id_accessed_at on personal_data_accesses
CREATE INDEX "ix_personal_data_accesses_contact_id_accessed_at" ON "audit"."personal_data_accesses" (contact_id, accessed_at);
-- Set comment of column audit.personal_data_accesses.contact_id
COMMENT ON COLUMN "audit"."personal_data_accesses"."contact_id" IS 'No foreign key: the record outlives the contact';
-- Grant to "app_user" on table audit.personal_data_accesses
GRANT INSERT ON TABLE "audit"."personal_data_accesses" TO "app_user";
-- Grant to "auditor" on table audit.personal_data_accesses
GRANT SELECT ON TABLE "audit"."personal_data_accesses" TO "auditor";
-- Create table sign_ins
CREATE TABLE "audit"."sign_ins" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "user_id" uuid,
  "network_address" inet NOT NULL,
  "succeeded" boolean NOT NULL,
  "attempted_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_sign_ins" PRIMARY KEY (id),
  CONSTRAINT "fk_sign_ins_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Create index ix_sign_ins_failed on sign_ins
CREATE INDEX "ix_sign_ins_failed" ON "audit"."sign_ins" (network_address, attempted_at) WHERE (NOT succeeded);
-- Create index ix_sign_ins_user_id on sign_ins
CREATE INDEX "ix_sign_ins_user_id" ON "audit"."sign_ins" (user_id);
-- Grant to "app_user" on table audit.sign_ins
GRANT INSERT ON TABLE "audit"."sign_ins" TO "app_user";
-- Grant to "auditor" on table audit.sign_ins
GRANT SELECT ON TABLE "audit"."sign_ins" TO "auditor";
-- Create table accounts
CREATE TABLE "crm"."accounts" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "name" text NOT NULL,
  "legal_name" text,
  "kind" crm.account_kind DEFAULT 'prospect'::crm.account_kind NOT NULL,
  "source" crm.lead_source,
  "industry_code" text,
  "territory_id" uuid,
  "owner_id" uuid,
  "parent_id" uuid,
  "primary_contact_id" uuid,
  "website" text,
  "tax_number" text,
  "currency" character(3) DEFAULT 'EUR'::bpchar NOT NULL,
  "annual_revenue" numeric(18,2),
  "employee_count" integer,
  "tags" text[] DEFAULT '{}'::text[] NOT NULL,
  "attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "archived_at" timestamp with time zone,
  "search" tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, ((name || ' '::text) || COALESCE(legal_name, ''::text)))) STORED NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_accounts" PRIMARY KEY (id),
  CONSTRAINT "ck_accounts_name_length" CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  CONSTRAINT "ck_accounts_annual_revenue_not_negative" CHECK ((annual_revenue >= (0)::numeric)),
  CONSTRAINT "ck_accounts_not_own_parent" CHECK ((parent_id <> id)),
  CONSTRAINT "fk_accounts_industry_code" FOREIGN KEY (industry_code) REFERENCES crm.industries(code) ON UPDATE CASCADE,
  CONSTRAINT "fk_accounts_territory_id" FOREIGN KEY (territory_id) REFERENCES crm.territories(id) ON DELETE SET NULL,
  CONSTRAINT "fk_accounts_owner_id" FOREIGN KEY (owner_id) REFERENCES crm.users(id),
  CONSTRAINT "fk_accounts_parent_id" FOREIGN KEY (parent_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_accounts_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Enable row level security on table accounts
ALTER TABLE "crm"."accounts" ENABLE ROW LEVEL SECURITY;
-- Create index ix_accounts_industry_code on accounts
CREATE INDEX "ix_accounts_industry_code" ON "crm"."accounts" (industry_code);
-- Create index ix_accounts_name_trgm on accounts
CREATE INDEX "ix_accounts_name_trgm" ON "crm"."accounts" USING "gin" (name "public"."gin_trgm_ops");
-- Create index ix_accounts_owner_live on accounts
CREATE INDEX "ix_accounts_owner_live" ON "crm"."accounts" (owner_id, name COLLATE "pg_catalog"."C") INCLUDE (kind) WHERE (archived_at IS NULL);
-- Create index ix_accounts_parent_id on accounts
CREATE INDEX "ix_accounts_parent_id" ON "crm"."accounts" (parent_id);
-- Create index ix_accounts_primary_contact_id on accounts
CREATE INDEX "ix_accounts_primary_contact_id" ON "crm"."accounts" (primary_contact_id);
-- Create index ix_accounts_search on accounts
CREATE INDEX "ix_accounts_search" ON "crm"."accounts" USING "gin" (search);
-- Create index ix_accounts_tags on accounts
CREATE INDEX "ix_accounts_tags" ON "crm"."accounts" USING "gin" (tags);
-- Create index ix_accounts_territory_id on accounts
CREATE INDEX "ix_accounts_territory_id" ON "crm"."accounts" (territory_id);
-- Create policy accounts_for_programs on accounts
CREATE POLICY "accounts_for_programs" ON "crm"."accounts" TO "billing_service" USING (true);
-- Create policy accounts_live_only on accounts
CREATE POLICY "accounts_live_only" ON "crm"."accounts" AS RESTRICTIVE FOR UPDATE TO "app_user" USING ((archived_at IS NULL));
-- Set comment of column crm.accounts.primary_contact_id
COMMENT ON COLUMN "crm"."accounts"."primary_contact_id" IS 'Checked at commit, so that an account and its first contact can be inserted together';
-- Set comment of policy crm.accounts.accounts_live_only
COMMENT ON POLICY "accounts_live_only" ON "crm"."accounts" IS 'Archived accounts are read only';
-- Set comment of table crm.accounts
COMMENT ON TABLE "crm"."accounts" IS 'Companies that we sell to, or hope to';
-- Grant to "app_user" on table crm.accounts
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."accounts" TO "app_user";
-- Grant to "billing_service" on table crm.accounts
GRANT SELECT ON TABLE "crm"."accounts" TO "billing_service";
-- Create table payment_methods
CREATE TABLE "billing"."payment_methods" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "kind" billing.payment_method_kind NOT NULL,
  "gateway_reference" text NOT NULL,
  "last_four" character varying(4),
  "expires_on" date,
  "is_default" boolean DEFAULT false NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_payment_methods" PRIMARY KEY (id),
  CONSTRAINT "uq_payment_methods_gateway_reference" UNIQUE (gateway_reference),
  CONSTRAINT "ck_payment_methods_card_has_last_four" CHECK (((kind <> 'card'::billing.payment_method_kind) OR ((last_four)::text ~ '^[0-9]{4}$'::text))),
  CONSTRAINT "fk_payment_methods_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE
);
-- Create index uq_payment_methods_default on payment_methods
CREATE UNIQUE INDEX "uq_payment_methods_default" ON "billing"."payment_methods" (account_id) WHERE is_default;
-- Set comment of table billing.payment_methods
COMMENT ON TABLE "billing"."payment_methods" IS 'References into the payment gateway; no card numbers are kept';
-- Grant to "billing_service" on table billing.payment_methods
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."payment_methods" TO "billing_service";
-- Create table payments
CREATE TABLE "billing"."payments" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "method_id" uuid,
  "status" billing.payment_status DEFAULT 'pending'::billing.payment_status NOT NULL,
  "currency" character(3) NOT NULL,
  "amount" numeric(18,2) NOT NULL,
  "gateway_reference" text,
  "received_at" timestamp with time zone,
  "failure_code" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_payments" PRIMARY KEY (id),
  CONSTRAINT "ck_payments_amount_positive" CHECK ((amount > (0)::numeric)),
  CONSTRAINT "fk_payments_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_payments_method_id" FOREIGN KEY (method_id) REFERENCES billing.payment_methods(id) ON DELETE SET NULL,
  CONSTRAINT "fk_payments_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Create index ix_payments_account_id_received_at on payments
CREATE INDEX "ix_payments_account_id_received_at" ON "billing"."payments" (account_id, received_at DESC NULLS LAST);
-- Create index uq_payments_gateway_reference on payments
CREATE UNIQUE INDEX "uq_payments_gateway_reference" ON "billing"."payments" (gateway_reference) WHERE (gateway_reference IS NOT NULL);
-- Grant to "app_user" on table billing.payments
GRANT SELECT ON TABLE "billing"."payments" TO "app_user";
-- Grant to "billing_service" on table billing.payments
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."payments" TO "billing_service";
-- Create table account_addresses
CREATE TABLE "crm"."account_addresses" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "kind" crm.address_kind NOT NULL,
  "is_default" boolean DEFAULT false NOT NULL,
  "street" text[] NOT NULL,
  "postal_code" text,
  "city" text NOT NULL,
  "region" text,
  "country" crm.country_code NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_account_addresses" PRIMARY KEY (id),
  CONSTRAINT "fk_account_addresses_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE
);
-- Create index ix_account_addresses_account_id on account_addresses
CREATE INDEX "ix_account_addresses_account_id" ON "crm"."account_addresses" (account_id);
-- Create index uq_account_addresses_default on account_addresses
CREATE UNIQUE INDEX "uq_account_addresses_default" ON "crm"."account_addresses" (account_id, kind) WHERE is_default;
-- Grant to "app_user" on table crm.account_addresses
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."account_addresses" TO "app_user";
-- Grant to "billing_service" on table crm.account_addresses
GRANT SELECT ON TABLE "crm"."account_addresses" TO "billing_service";
-- Create table profiles
CREATE TABLE "billing"."profiles" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "address_id" uuid,
  "email" crm.email_address NOT NULL,
  "payment_terms_days" smallint DEFAULT 30 NOT NULL,
  "purchase_order_required" boolean DEFAULT false NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_profiles" PRIMARY KEY (id),
  CONSTRAINT "uq_profiles_account_id" UNIQUE (account_id),
  CONSTRAINT "ck_profiles_payment_terms_range" CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 180))),
  CONSTRAINT "fk_profiles_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_profiles_address_id" FOREIGN KEY (address_id) REFERENCES crm.account_addresses(id) ON DELETE SET NULL
);
-- Set comment of table billing.profiles
COMMENT ON TABLE "billing"."profiles" IS 'How an account wants to be invoiced';
-- Grant to "billing_service" on table billing.profiles
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."profiles" TO "billing_service";
-- Create table account_price_books
CREATE TABLE "crm"."account_price_books" (
  "account_id" uuid NOT NULL,
  "price_book_id" uuid NOT NULL,
  "priority" smallint DEFAULT 50 NOT NULL,
  "granted_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_account_price_books" PRIMARY KEY (account_id, price_book_id),
  CONSTRAINT "ck_account_price_books_priority_range" CHECK (((priority >= 1) AND (priority <= 100))),
  CONSTRAINT "fk_account_price_books_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_account_price_books_price_book_id" FOREIGN KEY (price_book_id) REFERENCES crm.price_books(id) ON DELETE CASCADE
);
-- Create index ix_account_price_books_price_book_id on account_price_books
CREATE INDEX "ix_account_price_books_price_book_id" ON "crm"."account_price_books" (price_book_id);
-- Grant to "app_user" on table crm.account_price_books
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."account_price_books" TO "app_user";
-- Create table account_relationships
CREATE TABLE "crm"."account_relationships" (
  "from_account_id" uuid NOT NULL,
  "to_account_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "share" crm.percentage,
  CONSTRAINT "pk_account_relationships" PRIMARY KEY (from_account_id, to_account_id, kind),
  CONSTRAINT "ck_account_relationships_not_with_itself" CHECK ((from_account_id <> to_account_id)),
  CONSTRAINT "ck_account_relationships_known_kind" CHECK ((kind = ANY (ARRAY['reseller_of'::text, 'subsidiary_of'::text, 'competitor_of'::text]))),
  CONSTRAINT "fk_account_relationships_from_account_id" FOREIGN KEY (from_account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_account_relationships_to_account_id" FOREIGN KEY (to_account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE
);
-- Create index ix_account_relationships_to_account_id on account_relationships
CREATE INDEX "ix_account_relationships_to_account_id" ON "crm"."account_relationships" (to_account_id);
-- Set comment of column crm.account_relationships.share
COMMENT ON COLUMN "crm"."account_relationships"."share" IS 'Part of the capital, for subsidiaries';
-- Grant to "app_user" on table crm.account_relationships
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."account_relationships" TO "app_user";
-- Create table account_team_members
CREATE TABLE "crm"."account_team_members" (
  "account_id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "role" text NOT NULL,
  "split" crm.percentage DEFAULT 100 NOT NULL,
  "added_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_account_team_members" PRIMARY KEY (account_id, user_id),
  CONSTRAINT "ck_account_team_members_split_positive" CHECK (((split)::numeric > (0)::numeric)),
  CONSTRAINT "fk_account_team_members_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_account_team_members_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE CASCADE
);
-- Create index ix_account_team_members_user_id on account_team_members
CREATE INDEX "ix_account_team_members_user_id" ON "crm"."account_team_members" (user_id);
-- Set comment of table crm.account_team_members
COMMENT ON TABLE "crm"."account_team_members" IS 'Everyone besides the owner who may work on an account';
-- Grant to "app_user" on table crm.account_team_members
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."account_team_members" TO "app_user";
-- Create table api_keys
CREATE TABLE "crm"."api_keys" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "user_id" uuid NOT NULL,
  "label" text NOT NULL,
  "secret_hash" bytea NOT NULL,
  "scopes" text[] DEFAULT '{}'::text[] NOT NULL,
  "allowed_networks" cidr[],
  "idle_timeout" interval DEFAULT '30 days'::interval NOT NULL,
  "expires_at" timestamp with time zone,
  "revoked_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_api_keys" PRIMARY KEY (id),
  CONSTRAINT "uq_api_keys_secret_hash" UNIQUE (secret_hash),
  CONSTRAINT "ck_api_keys_secret_is_sha256" CHECK ((octet_length(secret_hash) = 32)),
  CONSTRAINT "fk_api_keys_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE CASCADE
);
-- Create index ix_api_keys_live on api_keys
CREATE INDEX "ix_api_keys_live" ON "crm"."api_keys" (user_id, expires_at) WHERE (revoked_at IS NULL);
-- Set comment of column crm.api_keys.allowed_networks
COMMENT ON COLUMN "crm"."api_keys"."allowed_networks" IS 'NULL allows every network';
-- Set comment of table crm.api_keys
COMMENT ON TABLE "crm"."api_keys" IS 'Credentials of programs; only the hash of the secret is kept';
-- Create table approval_delegations
CREATE TABLE "crm"."approval_delegations" (
  "from_user_id" uuid NOT NULL,
  "to_user_id" uuid NOT NULL,
  "since" timestamp with time zone DEFAULT now() NOT NULL,
  "until" timestamp with time zone NOT NULL,
  CONSTRAINT "pk_approval_delegations" PRIMARY KEY (from_user_id, to_user_id, since),
  CONSTRAINT "ck_approval_delegations_to_someone_else" CHECK ((from_user_id <> to_user_id)),
  CONSTRAINT "ck_approval_delegations_until_after_since" CHECK ((until > since)),
  CONSTRAINT "fk_approval_delegations_from_user_id" FOREIGN KEY (from_user_id) REFERENCES crm.users(id) ON DELETE CASCADE,
  CONSTRAINT "fk_approval_delegations_to_user_id" FOREIGN KEY (to_user_id) REFERENCES crm.users(id) ON DELETE CASCADE
);
-- Create index ix_approval_delegations_to_user_id on approval_delegations
CREATE INDEX "ix_approval_delegations_to_user_id" ON "crm"."approval_delegations" (to_user_id);
-- Grant to "app_user" on table crm.approval_delegations
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."approval_delegations" TO "app_user";
-- Create table approval_policy_rules
CREATE TABLE "crm"."approval_policy_rules" (
  "policy_id" uuid NOT NULL,
  "level" smallint NOT NULL,
  "min_discount" crm.percentage,
  "min_total" numeric(18,2),
  "approver_id" uuid,
  "approver_team_id" uuid,
  CONSTRAINT "pk_approval_policy_rules" PRIMARY KEY (policy_id, level),
  CONSTRAINT "ck_approval_policy_rules_one_approver" CHECK ((num_nonnulls(approver_id, approver_team_id) = 1)),
  CONSTRAINT "ck_approval_policy_rules_has_threshold" CHECK ((num_nonnulls(min_discount, min_total) > 0)),
  CONSTRAINT "fk_approval_policy_rules_policy_id" FOREIGN KEY (policy_id) REFERENCES crm.approval_policies(id) ON DELETE CASCADE,
  CONSTRAINT "fk_approval_policy_rules_approver_id" FOREIGN KEY (approver_id) REFERENCES crm.users(id),
  CONSTRAINT "fk_approval_policy_rules_approver_team_id" FOREIGN KEY (approver_team_id) REFERENCES crm.teams(id)
);
-- Grant to "app_readonly" on table crm.approval_policy_rules
GRANT SELECT ON TABLE "crm"."approval_policy_rules" TO "app_readonly";
-- Grant to "app_user" on table crm.approval_policy_rules
GRANT SELECT ON TABLE "crm"."approval_policy_rules" TO "app_user";
-- Create table contacts
CREATE TABLE "crm"."contacts" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid,
  "owner_id" uuid,
  "given_name" text,
  "family_name" text,
  "full_name" text GENERATED ALWAYS AS (btrim(((COALESCE(given_name, ''::text) || ' '::text) || COALESCE(family_name, ''::text)))) STORED NOT NULL,
  "email" crm.email_address,
  "job_title" text,
  "language" text DEFAULT 'en'::text NOT NULL,
  "source" crm.lead_source,
  "stage" crm.lifecycle_stage DEFAULT 'lead'::crm.lifecycle_stage NOT NULL,
  "archived_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_contacts" PRIMARY KEY (id),
  CONSTRAINT "uq_contacts_account_id_email" UNIQUE (account_id, email),
  CONSTRAINT "ck_contacts_email_or_name" CHECK (((email IS NOT NULL) OR (family_name IS NOT NULL))),
  CONSTRAINT "fk_contacts_owner_id" FOREIGN KEY (owner_id) REFERENCES crm.users(id)
);
-- Enable row level security on table contacts
ALTER TABLE "crm"."contacts" ENABLE ROW LEVEL SECURITY;
-- Create index ix_contacts_full_name_lower on contacts
CREATE INDEX "ix_contacts_full_name_lower" ON "crm"."contacts" (lower(full_name));
-- Create index ix_contacts_owner_id_stage on contacts
CREATE INDEX "ix_contacts_owner_id_stage" ON "crm"."contacts" (owner_id, stage) WHERE (archived_at IS NULL);
-- Add foreign key fk_contacts_account_id to table contacts
ALTER TABLE "crm"."contacts" ADD CONSTRAINT "fk_contacts_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE;
-- Set comment of table crm.contacts
COMMENT ON TABLE "crm"."contacts" IS 'People at an account';
-- Grant to "app_user" on table crm.contacts
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."contacts" TO "app_user";
-- Add foreign key fk_accounts_primary_contact_id to table accounts
ALTER TABLE "crm"."accounts" ADD CONSTRAINT "fk_accounts_primary_contact_id" FOREIGN KEY (primary_contact_id) REFERENCES crm.contacts(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
-- Create table contact_consents
CREATE TABLE "crm"."contact_consents" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "contact_id" uuid NOT NULL,
  "purpose" text NOT NULL,
  "granted_at" timestamp with time zone DEFAULT now() NOT NULL,
  "withdrawn_at" timestamp with time zone,
  "evidence" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "pk_contact_consents" PRIMARY KEY (id),
  CONSTRAINT "ck_contact_consents_withdrawn_after_granted" CHECK ((withdrawn_at >= granted_at)),
  CONSTRAINT "fk_contact_consents_contact_id" FOREIGN KEY (contact_id) REFERENCES crm.contacts(id) ON DELETE CASCADE
);
-- Create index uq_contact_consents_current on contact_consents
CREATE UNIQUE INDEX "uq_contact_consents_current" ON "crm"."contact_consents" (contact_id, purpose) WHERE (withdrawn_at IS NULL);
-- Set comment of table crm.contact_consents
COMMENT ON TABLE "crm"."contact_consents" IS 'Kept as evidence: consent is withdrawn, never deleted';
-- Grant to "app_user" on table crm.contact_consents
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."contact_consents" TO "app_user";
-- Create table contact_merges
CREATE TABLE "crm"."contact_merges" (
  "merged_id" uuid NOT NULL,
  "contact_id" uuid NOT NULL,
  "merged_by" uuid,
  "merged_at" timestamp with time zone DEFAULT now() NOT NULL,
  "snapshot" jsonb NOT NULL,
  CONSTRAINT "pk_contact_merges" PRIMARY KEY (merged_id),
  CONSTRAINT "fk_contact_merges_contact_id" FOREIGN KEY (contact_id) REFERENCES crm.contacts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_contact_merges_merged_by" FOREIGN KEY (merged_by) REFERENCES crm.users(id)
);
-- Create index ix_contact_merges_contact_id on contact_merges
CREATE INDEX "ix_contact_merges_contact_id" ON "crm"."contact_merges" (contact_id);
-- Set comment of table crm.contact_merges
COMMENT ON TABLE "crm"."contact_merges" IS 'Identifiers of contacts that were merged into another one';
-- Grant to "app_user" on table crm.contact_merges
GRANT INSERT, SELECT ON TABLE "crm"."contact_merges" TO "app_user";
-- Create table credit_limits
CREATE TABLE "crm"."credit_limits" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "account_id" uuid NOT NULL,
  "currency" character(3) NOT NULL,
  "amount" numeric(18,2) NOT NULL,
  "reviewed_on" date DEFAULT CURRENT_DATE NOT NULL,
  CONSTRAINT "pk_credit_limits" PRIMARY KEY (id),
  CONSTRAINT "uq_credit_limits_account_id_currency" UNIQUE (account_id, currency),
  CONSTRAINT "ck_credit_limits_amount_not_negative" CHECK ((amount >= (0)::numeric)),
  CONSTRAINT "fk_credit_limits_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_credit_limits_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Grant to "app_readonly" on table crm.credit_limits
GRANT SELECT ON TABLE "crm"."credit_limits" TO "app_readonly";
-- Grant to "app_user" on table crm.credit_limits
GRANT SELECT ON TABLE "crm"."credit_limits" TO "app_user";
-- Create table deals
CREATE TABLE "crm"."deals" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "owner_id" uuid NOT NULL,
  "pipeline_id" uuid NOT NULL,
  "stage_code" text NOT NULL,
  "name" text NOT NULL,
  "status" crm.deal_status DEFAULT 'open'::crm.deal_status NOT NULL,
  "source" crm.lead_source,
  "amount" numeric(18,2) DEFAULT 0 NOT NULL,
  "currency" character(3) DEFAULT 'EUR'::bpchar NOT NULL,
  "expected_close_on" date,
  "closed_at" timestamp with time zone,
  "lost_reason" text,
  "custom_fields" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_deals" PRIMARY KEY (id),
  CONSTRAINT "ck_deals_closed_when_not_open" CHECK (((status = 'open'::crm.deal_status) = (closed_at IS NULL))),
  CONSTRAINT "ck_deals_lost_has_reason" CHECK (((status <> 'lost'::crm.deal_status) OR (lost_reason IS NOT NULL))),
  CONSTRAINT "fk_deals_pipeline_id_stage_code" FOREIGN KEY (pipeline_id, stage_code) REFERENCES crm.pipeline_stages(pipeline_id, code) ON UPDATE CASCADE,
  CONSTRAINT "fk_deals_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_deals_owner_id" FOREIGN KEY (owner_id) REFERENCES crm.users(id),
  CONSTRAINT "fk_deals_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Enable row level security on table deals
ALTER TABLE "crm"."deals" ENABLE ROW LEVEL SECURITY;
-- Create index ix_deals_account_id on deals
CREATE INDEX "ix_deals_account_id" ON "crm"."deals" (account_id);
-- Create index ix_deals_open_by_owner on deals
CREATE INDEX "ix_deals_open_by_owner" ON "crm"."deals" (owner_id, expected_close_on) INCLUDE (amount, currency) WHERE (status = 'open'::crm.deal_status);
-- Create policy deals_open_only on deals
CREATE POLICY "deals_open_only" ON "crm"."deals" AS RESTRICTIVE FOR DELETE TO "app_user" USING ((status = 'open'::crm.deal_status));
-- Grant to "app_user" on table crm.deals
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."deals" TO "app_user";
-- Create table activities
CREATE TABLE "crm"."activities" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "kind" crm.activity_kind NOT NULL,
  "account_id" uuid,
  "contact_id" uuid,
  "deal_id" uuid,
  "author_id" uuid,
  "subject" text NOT NULL,
  "body" text,
  "occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
  "duration_minutes" integer,
  "details" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_activities" PRIMARY KEY (id),
  CONSTRAINT "ck_activities_duration_positive" CHECK ((duration_minutes > 0)),
  CONSTRAINT "ck_activities_about_something" CHECK ((num_nonnulls(account_id, contact_id, deal_id) >= 1)),
  CONSTRAINT "fk_activities_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id) ON DELETE CASCADE,
  CONSTRAINT "fk_activities_contact_id" FOREIGN KEY (contact_id) REFERENCES crm.contacts(id) ON DELETE SET NULL,
  CONSTRAINT "fk_activities_deal_id" FOREIGN KEY (deal_id) REFERENCES crm.deals(id) ON DELETE SET NULL,
  CONSTRAINT "fk_activities_author_id" FOREIGN KEY (author_id) REFERENCES crm.users(id)
);
-- Create index ix_activities_account_id_occurred_at on activities
CREATE INDEX "ix_activities_account_id_occurred_at" ON "crm"."activities" (account_id, occurred_at DESC);
-- Create index ix_activities_contact_id_occurred_at on activities
CREATE INDEX "ix_activities_contact_id_occurred_at" ON "crm"."activities" (contact_id, occurred_at DESC);
-- Create index ix_activities_deal_id on activities
CREATE INDEX "ix_activities_deal_id" ON "crm"."activities" (deal_id);
-- Create index ix_activities_details on activities
CREATE INDEX "ix_activities_details" ON "crm"."activities" USING "gin" (details "pg_catalog"."jsonb_path_ops");
-- Grant to "app_user" on table crm.activities
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."activities" TO "app_user";
-- Create table deal_contacts
CREATE TABLE "crm"."deal_contacts" (
  "deal_id" uuid NOT NULL,
  "contact_id" uuid NOT NULL,
  "role" text,
  "is_primary" boolean DEFAULT false NOT NULL,
  CONSTRAINT "pk_deal_contacts" PRIMARY KEY (deal_id, contact_id),
  CONSTRAINT "fk_deal_contacts_deal_id" FOREIGN KEY (deal_id) REFERENCES crm.deals(id) ON DELETE CASCADE,
  CONSTRAINT "fk_deal_contacts_contact_id" FOREIGN KEY (contact_id) REFERENCES crm.contacts(id) ON DELETE CASCADE
);
-- Create index ix_deal_contacts_contact_id on deal_contacts
CREATE INDEX "ix_deal_contacts_contact_id" ON "crm"."deal_contacts" (contact_id);
-- Create index uq_deal_contacts_primary on deal_contacts
CREATE UNIQUE INDEX "uq_deal_contacts_primary" ON "crm"."deal_contacts" (deal_id) WHERE is_primary;
-- Grant to "app_user" on table crm.deal_contacts
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."deal_contacts" TO "app_user";
-- Create table deal_stage_changes
CREATE TABLE "crm"."deal_stage_changes" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "deal_id" uuid NOT NULL,
  "from_stage" text,
  "to_stage" text NOT NULL,
  "changed_at" timestamp with time zone DEFAULT now() NOT NULL,
  "changed_by" uuid,
  CONSTRAINT "pk_deal_stage_changes" PRIMARY KEY (id),
  CONSTRAINT "fk_deal_stage_changes_deal_id" FOREIGN KEY (deal_id) REFERENCES crm.deals(id) ON DELETE CASCADE,
  CONSTRAINT "fk_deal_stage_changes_changed_by" FOREIGN KEY (changed_by) REFERENCES crm.users(id)
);
-- Create index ix_deal_stage_changes_deal_id_changed_at on deal_stage_changes
CREATE INDEX "ix_deal_stage_changes_deal_id_changed_at" ON "crm"."deal_stage_changes" (deal_id, changed_at);
-- Set comment of table crm.deal_stage_changes
COMMENT ON TABLE "crm"."deal_stage_changes" IS 'Written by a trigger on deals; the source of pipeline velocity reports';
-- Grant to "app_user" on table crm.deal_stage_changes
GRANT INSERT, SELECT ON TABLE "crm"."deal_stage_changes" TO "app_user";
-- Create table sales_targets
CREATE TABLE "crm"."sales_targets" (
  "user_id" uuid NOT NULL,
  "month" date NOT NULL,
  "currency" character(3) NOT NULL,
  "amount" numeric(18,2) NOT NULL,
  CONSTRAINT "pk_sales_targets" PRIMARY KEY (user_id, month),
  CONSTRAINT "ck_sales_targets_month_is_first_day" CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  CONSTRAINT "fk_sales_targets_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE CASCADE,
  CONSTRAINT "fk_sales_targets_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Grant to "app_readonly" on table crm.sales_targets
GRANT SELECT ON TABLE "crm"."sales_targets" TO "app_readonly";
-- Grant to "app_user" on table crm.sales_targets
GRANT SELECT ON TABLE "crm"."sales_targets" TO "app_user";
-- Create table team_members
CREATE TABLE "crm"."team_members" (
  "team_id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "is_lead" boolean DEFAULT false NOT NULL,
  "joined_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_team_members" PRIMARY KEY (team_id, user_id),
  CONSTRAINT "fk_team_members_team_id" FOREIGN KEY (team_id) REFERENCES crm.teams(id) ON DELETE CASCADE,
  CONSTRAINT "fk_team_members_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE CASCADE
);
-- Create index ix_team_members_user_id on team_members
CREATE INDEX "ix_team_members_user_id" ON "crm"."team_members" (user_id);
-- Grant to "app_readonly" on table crm.team_members
GRANT SELECT ON TABLE "crm"."team_members" TO "app_readonly";
-- Grant to "app_user" on table crm.team_members
GRANT SELECT ON TABLE "crm"."team_members" TO "app_user";
-- Create table user_preferences
CREATE TABLE "crm"."user_preferences" (
  "user_id" uuid NOT NULL,
  "key" text NOT NULL,
  "value" jsonb NOT NULL,
  CONSTRAINT "pk_user_preferences" PRIMARY KEY (user_id, key),
  CONSTRAINT "ck_user_preferences_value_present" CHECK ((jsonb_typeof(value) <> 'null'::text)),
  CONSTRAINT "fk_user_preferences_user_id" FOREIGN KEY (user_id) REFERENCES crm.users(id) ON DELETE CASCADE
);
-- Enable row level security on table user_preferences
ALTER TABLE "crm"."user_preferences" ENABLE ROW LEVEL SECURITY;
-- Force row level security on table user_preferences
ALTER TABLE "crm"."user_preferences" FORCE ROW LEVEL SECURITY;
-- Grant to "app_user" on table crm.user_preferences
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."user_preferences" TO "app_user";
-- Create sequence quote_number_seq
CREATE SEQUENCE "crm"."quote_number_seq" START WITH 1000;
-- Grant to "app_user" on sequence crm.quote_number_seq
GRANT USAGE ON SEQUENCE "crm"."quote_number_seq" TO "app_user";
-- Create view account_hierarchy
CREATE VIEW "crm"."account_hierarchy" ("id", "root_id", "depth", "path") AS
 WITH RECURSIVE tree AS (
         SELECT a.id,
            a.id AS root_id,
            0 AS depth,
            ARRAY[a.name] AS path
           FROM crm.accounts a
          WHERE (a.parent_id IS NULL)
        UNION ALL
         SELECT a.id,
            t.root_id,
            (t.depth + 1),
            (t.path || a.name)
           FROM (crm.accounts a
             JOIN tree t ON ((t.id = a.parent_id)))
        )
 SELECT id,
    root_id,
    depth,
    path
   FROM tree;
-- Grant to "app_readonly" on view crm.account_hierarchy
GRANT SELECT ON TABLE "crm"."account_hierarchy" TO "app_readonly";
-- Grant to "app_user" on view crm.account_hierarchy
GRANT SELECT ON TABLE "crm"."account_hierarchy" TO "app_user";
-- Create view account_overview
CREATE VIEW "crm"."account_overview" ("id", "name", "kind", "owner_id", "owner_name", "industry", "primary_contact", "open_deals", "open_amount", "last_won_at") WITH (security_invoker='true') AS
 SELECT a.id,
    a.name,
    a.kind,
    a.owner_id,
    u.display_name AS owner_name,
    i.label AS industry,
    c.full_name AS primary_contact,
    count(d.id) FILTER (WHERE (d.status = 'open'::crm.deal_status)) AS open_deals,
    COALESCE(sum(d.amount) FILTER (WHERE (d.status = 'open'::crm.deal_status)), (0)::numeric) AS open_amount,
    max(d.closed_at) FILTER (WHERE (d.status = 'won'::crm.deal_status)) AS last_won_at
   FROM ((((crm.accounts a
     LEFT JOIN crm.users u ON ((u.id = a.owner_id)))
     LEFT JOIN crm.industries i ON ((i.code = a.industry_code)))
     LEFT JOIN crm.contacts c ON ((c.id = a.primary_contact_id)))
     LEFT JOIN crm.deals d ON ((d.account_id = a.id)))
  WHERE (a.archived_at IS NULL)
  GROUP BY a.id, u.display_name, i.label, c.full_name;
-- Set comment of view crm.account_overview
COMMENT ON VIEW "crm"."account_overview" IS 'One row for each live account, for lists';
-- Set comment of view column crm.account_overview.open_amount
COMMENT ON COLUMN "crm"."account_overview"."open_amount" IS 'In the currencies of the deals, added up: an indication only';
-- Grant to "app_readonly" on view crm.account_overview
GRANT SELECT ON TABLE "crm"."account_overview" TO "app_readonly";
-- Grant to "app_user" on view crm.account_overview
GRANT SELECT ON TABLE "crm"."account_overview" TO "app_user";
-- Create view pipeline_summary
CREATE VIEW "crm"."pipeline_summary" ("pipeline_id", "stage_code", "label", "position", "currency", "deals", "amount", "weighted_amount") AS
 SELECT s.pipeline_id,
    s.code AS stage_code,
    s.label,
    s."position",
    d.currency,
    count(d.id) AS deals,
    sum(d.amount) AS amount,
    sum(((d.amount * (s.probability)::numeric) / (100)::numeric)) AS weighted_amount
   FROM (crm.pipeline_stages s
     LEFT JOIN crm.deals d ON (((d.pipeline_id = s.pipeline_id) AND (d.stage_code = s.code) AND (d.status = 'open'::crm.deal_status))))
  GROUP BY s.pipeline_id, s.code, s.label, s."position", d.currency;
-- Grant to "app_readonly" on view crm.pipeline_summary
GRANT SELECT ON TABLE "crm"."pipeline_summary" TO "app_readonly";
-- Grant to "app_user" on view crm.pipeline_summary
GRANT SELECT ON TABLE "crm"."pipeline_summary" TO "app_user";
-- Create view product_catalog
CREATE VIEW "crm"."product_catalog" ("id", "sku", "name", "kind", "charge_model", "family", "currency", "list_price", "floor_price") AS
 SELECT p.id,
    p.sku,
    p.name,
    p.kind,
    p.charge_model,
    f.name AS family,
    b.currency,
    e.list_price,
    e.floor_price
   FROM (((crm.products p
     LEFT JOIN crm.product_families f ON ((f.id = p.family_id)))
     LEFT JOIN crm.price_book_entries e ON (((e.product_id = p.id) AND (e.validity @> CURRENT_DATE))))
     LEFT JOIN crm.price_books b ON (((b.id = e.price_book_id) AND b.is_standard AND b.is_active)))
  WHERE p.is_active;
-- Grant to "app_readonly" on view crm.product_catalog
GRANT SELECT ON TABLE "crm"."product_catalog" TO "app_readonly";
-- Grant to "app_user" on view crm.product_catalog
GRANT SELECT ON TABLE "crm"."product_catalog" TO "app_user";
-- Create function record_change
CREATE FUNCTION audit.record_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    row_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    IF row_before IS NOT DISTINCT FROM row_after THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit.changes (schema_name, table_name, row_key, operation, actor_id, before, after)
    VALUES (
        TG_TABLE_SCHEMA,
        TG_TABLE_NAME,
        coalesce(row_after, row_before) ->> TG_ARGV[0],
        lower(TG_OP)::audit.change_operation,
        crm.current_user_id(),
        row_before,
        row_after
    );
    RETURN NULL;
END
$function$;
-- Revoke from PUBLIC on function audit.record_change()
REVOKE EXECUTE ON FUNCTION "audit"."record_change"() FROM PUBLIC;
-- Create trigger record_change on payment_methods
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON billing.payment_methods FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create trigger record_change on payments
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON billing.payments FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create trigger record_change on accounts
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.accounts FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create trigger record_change on contacts
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.contacts FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create trigger record_change on deals
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.deals FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create trigger record_change on price_book_entries
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.price_book_entries FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create function refuse_rewriting
CREATE FUNCTION audit.refuse_rewriting()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'the audit log is append only' USING ERRCODE = 'insufficient_privilege';
END
$function$;
-- Create trigger refuse_rewriting on changes
CREATE TRIGGER refuse_rewriting BEFORE DELETE OR UPDATE ON audit.changes FOR EACH ROW EXECUTE FUNCTION audit.refuse_rewriting();
-- Create trigger refuse_truncating on changes
CREATE TRIGGER refuse_truncating BEFORE TRUNCATE ON audit.changes FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_rewriting();
-- Create procedure issue_invoice
CREATE PROCEDURE billing.issue_invoice(IN invoice uuid, IN on_day date DEFAULT CURRENT_DATE)
 LANGUAGE plpgsql
AS $procedure$
DECLARE
    terms integer;
BEGIN
    SELECT p.payment_terms_days INTO terms
    FROM billing.invoices AS i JOIN billing.profiles AS p USING (account_id)
    WHERE i.id = invoice;

    UPDATE billing.invoices AS i
    SET status = 'open',
        number = billing.next_number('INV', on_day),
        issued_on = on_day,
        due_on = on_day + coalesce(terms, 30),
        net_total = l.net,
        tax_total = l.tax,
        gross_total = l.net + l.tax
    FROM (SELECT coalesce(sum(net_amount), 0) AS net, coalesce(sum(tax_amount), 0) AS tax
          FROM billing.invoice_lines WHERE invoice_id = invoice) AS l
    WHERE i.id = invoice AND i.status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'invoice % is not a draft', invoice USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$procedure$;
-- Set comment of function billing.issue_invoice(uuid, date)
COMMENT ON PROCEDURE "billing"."issue_invoice"(uuid, date) IS 'Turns a draft into an open invoice with a number and a due date';
-- Revoke from PUBLIC on function billing.issue_invoice(uuid, date)
REVOKE EXECUTE ON PROCEDURE "billing"."issue_invoice"(uuid, date) FROM PUBLIC;
-- Grant to "billing_service" on function billing.issue_invoice(uuid, date)
GRANT EXECUTE ON PROCEDURE "billing"."issue_invoice"(uuid, date) TO "billing_service";
-- Create function next_number
CREATE FUNCTION billing.next_number(series text, on_day date DEFAULT CURRENT_DATE)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
DECLARE
    fiscal_year_taken smallint := extract(year FROM on_day);
    value_taken integer;
BEGIN
    INSERT INTO billing.counters AS c (name, fiscal_year, last_value)
    VALUES (series, fiscal_year_taken, 1)
    ON CONFLICT (name, fiscal_year) DO UPDATE SET last_value = c.last_value + 1
    RETURNING last_value INTO value_taken;
    RETURN format('%s-%s-%s', series, fiscal_year_taken, lpad(value_taken::text, 6, '0'));
END
$function$;
-- Create function settle_invoice
CREATE FUNCTION billing.settle_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE billing.invoices AS i
    SET paid_total = paid.total,
        status = CASE WHEN paid.total = i.gross_total THEN 'paid' ELSE i.status END
    FROM (SELECT coalesce(sum(amount), 0) AS total
          FROM billing.payment_allocations WHERE invoice_id = NEW.invoice_id) AS paid
    WHERE i.id = NEW.invoice_id;
    RETURN NULL;
END
$function$;
-- Create function can_see_account
CREATE FUNCTION crm.can_see_account(account_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (
        SELECT FROM crm.accounts AS a
        WHERE a.id = can_see_account.account_id
          AND (a.owner_id = crm.current_user_id()
               OR EXISTS (SELECT FROM crm.account_team_members AS m
                          WHERE m.account_id = a.id AND m.user_id = crm.current_user_id()))
    )
$function$;
-- Revoke from PUBLIC on function crm.can_see_account(uuid)
REVOKE EXECUTE ON FUNCTION "crm"."can_see_account"(uuid) FROM PUBLIC;
-- Grant to "app_user" on function crm.can_see_account(uuid)
GRANT EXECUTE ON FUNCTION "crm"."can_see_account"(uuid) TO "app_user";
-- Create function current_user_id
CREATE FUNCTION crm.current_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('crm.user_id'::text, true), ''::text))::uuid;
-- Set comment of function crm.current_user_id()
COMMENT ON FUNCTION "crm"."current_user_id"() IS 'The person behind the session, as the application has set it';
-- Create policy accounts_of_mine on accounts
CREATE POLICY "accounts_of_mine" ON "crm"."accounts" TO "app_user" USING (((owner_id = crm.current_user_id()) OR crm.can_see_account(id))) WITH CHECK ((owner_id = crm.current_user_id()));
-- Create policy contacts_of_my_accounts on contacts
CREATE POLICY "contacts_of_my_accounts" ON "crm"."contacts" TO "app_user" USING (((owner_id = crm.current_user_id()) OR crm.can_see_account(account_id)));
-- Create policy deals_of_my_accounts on deals
CREATE POLICY "deals_of_my_accounts" ON "crm"."deals" TO "app_user" USING (((owner_id = crm.current_user_id()) OR crm.can_see_account(account_id)));
-- Create policy own_preferences on user_preferences
CREATE POLICY "own_preferences" ON "crm"."user_preferences" USING ((user_id = crm.current_user_id()));
-- Create view my_profile
CREATE VIEW "crm"."my_profile" ("id", "email", "display_name", "locale", "time_zone") WITH (check_option='local') AS
 SELECT id,
    email,
    display_name,
    locale,
    time_zone
   FROM crm.users
  WHERE (id = crm.current_user_id());
-- Grant to "app_user" on view crm.my_profile
GRANT SELECT ON TABLE "crm"."my_profile" TO "app_user";
-- Grant to "app_user" on view column crm.my_profile.display_name
GRANT UPDATE ("display_name") ON TABLE "crm"."my_profile" TO "app_user";
-- Grant to "app_user" on view column crm.my_profile.locale
GRANT UPDATE ("locale") ON TABLE "crm"."my_profile" TO "app_user";
-- Grant to "app_user" on view column crm.my_profile.time_zone
GRANT UPDATE ("time_zone") ON TABLE "crm"."my_profile" TO "app_user";
-- Create function list_price
CREATE FUNCTION crm.list_price(product uuid, price_book uuid, quantity numeric DEFAULT 1, on_day date DEFAULT CURRENT_DATE)
 RETURNS numeric
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT COALESCE(t.unit_price, e.list_price) AS "coalesce"
    FROM (crm.price_book_entries e
      LEFT JOIN crm.price_tiers t ON (((t.entry_id = e.id) AND (t.min_quantity <= list_price.quantity))))
   WHERE ((e.product_id = list_price.product) AND (e.price_book_id = list_price.price_book) AND (e.validity @> list_price.on_day))
   ORDER BY t.min_quantity DESC NULLS LAST
  LIMIT 1;
END;
-- Create function next_quote_number
CREATE FUNCTION crm.next_quote_number()
 RETURNS text
 LANGUAGE sql
AS $function$
    SELECT 'Q-' || to_char(CURRENT_DATE, 'YYYY') || '-' || lpad(nextval('crm.quote_number_seq')::text, 6, '0')
$function$;
-- Create table quotes
CREATE TABLE "crm"."quotes" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "number" text DEFAULT crm.next_quote_number() NOT NULL,
  "revision" integer DEFAULT 1 NOT NULL,
  "supersedes_id" uuid,
  "account_id" uuid NOT NULL,
  "deal_id" uuid,
  "contact_id" uuid,
  "owner_id" uuid NOT NULL,
  "price_book_id" uuid NOT NULL,
  "status" crm.quote_status DEFAULT 'draft'::crm.quote_status NOT NULL,
  "currency" character(3) NOT NULL,
  "title" text NOT NULL,
  "term_months" integer,
  "billing_period" crm.billing_period,
  "net_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "tax_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "gross_total" numeric(18,2) GENERATED ALWAYS AS ((net_total + tax_total)) STORED NOT NULL,
  "valid_until" date DEFAULT (CURRENT_DATE + 30) NOT NULL,
  "sent_at" timestamp with time zone,
  "decided_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_quotes" PRIMARY KEY (id),
  CONSTRAINT "uq_quotes_number_revision" UNIQUE (number, revision),
  CONSTRAINT "uq_quotes_supersedes_id" UNIQUE (supersedes_id),
  CONSTRAINT "ck_quotes_term_range" CHECK (((term_months >= 1) AND (term_months <= 120))),
  CONSTRAINT "ck_quotes_revision_positive" CHECK ((revision > 0)),
  CONSTRAINT "ck_quotes_sent_has_date" CHECK (((status <> ALL (ARRAY['sent'::crm.quote_status, 'accepted'::crm.quote_status])) OR (sent_at IS NOT NULL))),
  CONSTRAINT "ck_quotes_decided_after_sent" CHECK ((decided_at >= sent_at)),
  CONSTRAINT "fk_quotes_supersedes_id" FOREIGN KEY (supersedes_id) REFERENCES crm.quotes(id),
  CONSTRAINT "fk_quotes_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_quotes_deal_id" FOREIGN KEY (deal_id) REFERENCES crm.deals(id) ON DELETE SET NULL,
  CONSTRAINT "fk_quotes_contact_id" FOREIGN KEY (contact_id) REFERENCES crm.contacts(id) ON DELETE SET NULL,
  CONSTRAINT "fk_quotes_owner_id" FOREIGN KEY (owner_id) REFERENCES crm.users(id),
  CONSTRAINT "fk_quotes_price_book_id" FOREIGN KEY (price_book_id) REFERENCES crm.price_books(id),
  CONSTRAINT "fk_quotes_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Enable row level security on table quotes
ALTER TABLE "crm"."quotes" ENABLE ROW LEVEL SECURITY;
-- Create index ix_quotes_account_id_created_at on quotes
CREATE INDEX "ix_quotes_account_id_created_at" ON "crm"."quotes" (account_id, created_at DESC);
-- Create index ix_quotes_contact_id on quotes
CREATE INDEX "ix_quotes_contact_id" ON "crm"."quotes" (contact_id);
-- Create index ix_quotes_open on quotes
CREATE INDEX "ix_quotes_open" ON "crm"."quotes" (owner_id, valid_until) WHERE (status = ANY (ARRAY['draft'::crm.quote_status, 'in_review'::crm.quote_status, 'sent'::crm.quote_status]));
-- Create index ix_quotes_price_book_id on quotes
CREATE INDEX "ix_quotes_price_book_id" ON "crm"."quotes" (price_book_id);
-- Create index uq_quotes_accepted_deal on quotes
CREATE UNIQUE INDEX "uq_quotes_accepted_deal" ON "crm"."quotes" (deal_id) WHERE (status = 'accepted'::crm.quote_status);
-- Create trigger record_change on quotes
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.quotes FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create policy quotes_for_programs on quotes
CREATE POLICY "quotes_for_programs" ON "crm"."quotes" FOR SELECT TO "billing_service" USING ((status = 'accepted'::crm.quote_status));
-- Create policy quotes_of_my_accounts on quotes
CREATE POLICY "quotes_of_my_accounts" ON "crm"."quotes" TO "app_user" USING (((owner_id = crm.current_user_id()) OR crm.can_see_account(account_id)));
-- Set comment of column crm.quotes.net_total
COMMENT ON COLUMN "crm"."quotes"."net_total" IS 'Kept by a trigger on the line items';
-- Grant to "app_user" on table crm.quotes
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."quotes" TO "app_user";
-- Grant to "billing_service" on table crm.quotes
GRANT SELECT ON TABLE "crm"."quotes" TO "billing_service";
-- Create table contracts
CREATE TABLE "billing"."contracts" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "quote_id" uuid,
  "term" daterange NOT NULL,
  "auto_renews" boolean DEFAULT true NOT NULL,
  "notice_days" integer DEFAULT 30 NOT NULL,
  "signed_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_contracts" PRIMARY KEY (id),
  CONSTRAINT "uq_contracts_quote_id" UNIQUE (quote_id),
  CONSTRAINT "ck_contracts_term_not_empty" CHECK ((NOT isempty(term))),
  CONSTRAINT "fk_contracts_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_contracts_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id)
);
-- Create index ix_contracts_account_id on contracts
CREATE INDEX "ix_contracts_account_id" ON "billing"."contracts" (account_id);
-- Create index ix_contracts_term on contracts
CREATE INDEX "ix_contracts_term" ON "billing"."contracts" USING "gist" (term);
-- Grant to "billing_service" on table billing.contracts
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."contracts" TO "billing_service";
-- Create table subscriptions
CREATE TABLE "billing"."subscriptions" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "account_id" uuid NOT NULL,
  "contract_id" uuid,
  "status" billing.subscription_status DEFAULT 'trial'::billing.subscription_status NOT NULL,
  "currency" character(3) NOT NULL,
  "period" crm.billing_period DEFAULT 'month'::crm.billing_period NOT NULL,
  "current_period_start" date NOT NULL,
  "current_period_end" date NOT NULL,
  "cancelled_at" timestamp with time zone,
  "cancel_reason" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_subscriptions" PRIMARY KEY (id),
  CONSTRAINT "ck_subscriptions_cancelled_has_date" CHECK (((status = 'cancelled'::billing.subscription_status) = (cancelled_at IS NOT NULL))),
  CONSTRAINT "fk_subscriptions_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_subscriptions_contract_id" FOREIGN KEY (contract_id) REFERENCES billing.contracts(id),
  CONSTRAINT "fk_subscriptions_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Create index ix_subscriptions_account_id on subscriptions
CREATE INDEX "ix_subscriptions_account_id" ON "billing"."subscriptions" (account_id);
-- Create index ix_subscriptions_contract_id on subscriptions
CREATE INDEX "ix_subscriptions_contract_id" ON "billing"."subscriptions" (contract_id);
-- Create index ix_subscriptions_renewal on subscriptions
CREATE INDEX "ix_subscriptions_renewal" ON "billing"."subscriptions" (current_period_end) WHERE (status = ANY (ARRAY['active'::billing.subscription_status, 'past_due'::billing.subscription_status]));
-- Create trigger record_change on subscriptions
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON billing.subscriptions FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Grant to "billing_service" on table billing.subscriptions
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."subscriptions" TO "billing_service";
-- Create table invoices
CREATE TABLE "billing"."invoices" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "number" text,
  "account_id" uuid NOT NULL,
  "subscription_id" uuid,
  "quote_id" uuid,
  "status" billing.invoice_status DEFAULT 'draft'::billing.invoice_status NOT NULL,
  "currency" character(3) NOT NULL,
  "issued_on" date,
  "due_on" date,
  "net_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "tax_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "gross_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "paid_total" numeric(18,2) DEFAULT 0 NOT NULL,
  "purchase_order" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_invoices" PRIMARY KEY (id),
  CONSTRAINT "uq_invoices_number" UNIQUE (number),
  CONSTRAINT "ck_invoices_numbered_when_issued" CHECK (((status = 'draft'::billing.invoice_status) = (number IS NULL))),
  CONSTRAINT "ck_invoices_due_after_issued" CHECK ((due_on >= issued_on)),
  CONSTRAINT "ck_invoices_not_overpaid" CHECK (((paid_total >= (0)::numeric) AND (paid_total <= gross_total))),
  CONSTRAINT "fk_invoices_account_id" FOREIGN KEY (account_id) REFERENCES crm.accounts(id),
  CONSTRAINT "fk_invoices_subscription_id" FOREIGN KEY (subscription_id) REFERENCES billing.subscriptions(id),
  CONSTRAINT "fk_invoices_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id),
  CONSTRAINT "fk_invoices_currency" FOREIGN KEY (currency) REFERENCES crm.currencies(code)
);
-- Create index ix_invoices_account_id_issued_on on invoices
CREATE INDEX "ix_invoices_account_id_issued_on" ON "billing"."invoices" (account_id, issued_on DESC);
-- Create index ix_invoices_overdue on invoices
CREATE INDEX "ix_invoices_overdue" ON "billing"."invoices" (due_on) INCLUDE (account_id) WHERE (status = 'open'::billing.invoice_status);
-- Create index ix_invoices_quote_id on invoices
CREATE INDEX "ix_invoices_quote_id" ON "billing"."invoices" (quote_id);
-- Create index ix_invoices_subscription_id on invoices
CREATE INDEX "ix_invoices_subscription_id" ON "billing"."invoices" (subscription_id);
-- Create trigger record_change on invoices
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON billing.invoices FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Set comment of column billing.invoices.number
COMMENT ON COLUMN "billing"."invoices"."number" IS 'Given when issued; without gaps';
-- Grant to "app_user" on table billing.invoices
GRANT SELECT ON TABLE "billing"."invoices" TO "app_user";
-- Grant to "billing_service" on table billing.invoices
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."invoices" TO "billing_service";
-- Create table credit_notes
CREATE TABLE "billing"."credit_notes" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "number" text NOT NULL,
  "invoice_id" uuid NOT NULL,
  "reason" text NOT NULL,
  "issued_on" date DEFAULT CURRENT_DATE NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_credit_notes" PRIMARY KEY (id),
  CONSTRAINT "uq_credit_notes_number" UNIQUE (number),
  CONSTRAINT "fk_credit_notes_invoice_id" FOREIGN KEY (invoice_id) REFERENCES billing.invoices(id)
);
-- Create index ix_credit_notes_invoice_id on credit_notes
CREATE INDEX "ix_credit_notes_invoice_id" ON "billing"."credit_notes" (invoice_id);
-- Grant to "billing_service" on table billing.credit_notes
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."credit_notes" TO "billing_service";
-- Create table dunning_notices
CREATE TABLE "billing"."dunning_notices" (
  "invoice_id" uuid NOT NULL,
  "level" smallint NOT NULL,
  "sent_at" timestamp with time zone DEFAULT now() NOT NULL,
  "fee" numeric(18,2) DEFAULT 0 NOT NULL,
  CONSTRAINT "pk_dunning_notices" PRIMARY KEY (invoice_id, level),
  CONSTRAINT "ck_dunning_notices_level_range" CHECK (((level >= 1) AND (level <= 3))),
  CONSTRAINT "fk_dunning_notices_invoice_id" FOREIGN KEY (invoice_id) REFERENCES billing.invoices(id) ON DELETE CASCADE
);
-- Grant to "billing_service" on table billing.dunning_notices
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."dunning_notices" TO "billing_service";
-- Create table payment_allocations
CREATE TABLE "billing"."payment_allocations" (
  "payment_id" uuid NOT NULL,
  "invoice_id" uuid NOT NULL,
  "amount" numeric(18,2) NOT NULL,
  "allocated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_payment_allocations" PRIMARY KEY (payment_id, invoice_id),
  CONSTRAINT "ck_payment_allocations_amount_positive" CHECK ((amount > (0)::numeric)),
  CONSTRAINT "fk_payment_allocations_payment_id" FOREIGN KEY (payment_id) REFERENCES billing.payments(id) ON DELETE CASCADE,
  CONSTRAINT "fk_payment_allocations_invoice_id" FOREIGN KEY (invoice_id) REFERENCES billing.invoices(id)
);
-- Create index ix_payment_allocations_invoice_id on payment_allocations
CREATE INDEX "ix_payment_allocations_invoice_id" ON "billing"."payment_allocations" (invoice_id);
-- Create trigger settle_invoice on payment_allocations
CREATE TRIGGER settle_invoice AFTER INSERT OR UPDATE ON billing.payment_allocations FOR EACH ROW EXECUTE FUNCTION billing.settle_invoice();
-- Grant to "billing_service" on table billing.payment_allocations
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."payment_allocations" TO "billing_service";
-- Create table refunds
CREATE TABLE "billing"."refunds" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "payment_id" uuid NOT NULL,
  "credit_note_id" uuid,
  "amount" numeric(18,2) NOT NULL,
  "reason" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_refunds" PRIMARY KEY (id),
  CONSTRAINT "ck_refunds_amount_positive" CHECK ((amount > (0)::numeric)),
  CONSTRAINT "fk_refunds_payment_id" FOREIGN KEY (payment_id) REFERENCES billing.payments(id),
  CONSTRAINT "fk_refunds_credit_note_id" FOREIGN KEY (credit_note_id) REFERENCES billing.credit_notes(id)
);
-- Create index ix_refunds_payment_id on refunds
CREATE INDEX "ix_refunds_payment_id" ON "billing"."refunds" (payment_id);
-- Grant to "billing_service" on table billing.refunds
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."refunds" TO "billing_service";
-- Create table subscription_amendments
CREATE TABLE "billing"."subscription_amendments" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "subscription_id" uuid NOT NULL,
  "quote_id" uuid,
  "effective_on" date NOT NULL,
  "changes" jsonb NOT NULL,
  "made_by" uuid,
  "made_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_subscription_amendments" PRIMARY KEY (id),
  CONSTRAINT "fk_subscription_amendments_subscription_id" FOREIGN KEY (subscription_id) REFERENCES billing.subscriptions(id) ON DELETE CASCADE,
  CONSTRAINT "fk_subscription_amendments_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id),
  CONSTRAINT "fk_subscription_amendments_made_by" FOREIGN KEY (made_by) REFERENCES crm.users(id)
);
-- Create index ix_subscription_amendments_subscription_id on subscription_amendments
CREATE INDEX "ix_subscription_amendments_subscription_id" ON "billing"."subscription_amendments" (subscription_id);
-- Grant to "billing_service" on table billing.subscription_amendments
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."subscription_amendments" TO "billing_service";
-- Create table subscription_items
CREATE TABLE "billing"."subscription_items" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "subscription_id" uuid NOT NULL,
  "product_id" uuid NOT NULL,
  "quantity" numeric(16,4) NOT NULL,
  "unit_price" numeric(18,6) NOT NULL,
  "discount_percent" crm.percentage DEFAULT 0 NOT NULL,
  "is_addon" boolean DEFAULT false NOT NULL,
  "during" daterange DEFAULT daterange(CURRENT_DATE, NULL::date) NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_subscription_items" PRIMARY KEY (id),
  CONSTRAINT "ex_subscription_items_no_overlap" EXCLUDE USING gist (subscription_id WITH =, product_id WITH =, during WITH &&) WHERE ((NOT is_addon)),
  CONSTRAINT "ck_subscription_items_quantity_positive" CHECK ((quantity > (0)::numeric)),
  CONSTRAINT "fk_subscription_items_subscription_id" FOREIGN KEY (subscription_id) REFERENCES billing.subscriptions(id) ON DELETE CASCADE,
  CONSTRAINT "fk_subscription_items_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id)
);
-- Create index ix_subscription_items_product_id on subscription_items
CREATE INDEX "ix_subscription_items_product_id" ON "billing"."subscription_items" (product_id);
-- Grant to "billing_service" on table billing.subscription_items
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."subscription_items" TO "billing_service";
-- Create table usage_records
CREATE TABLE "billing"."usage_records" (
  "id" bigint GENERATED ALWAYS AS IDENTITY (CACHE 50) NOT NULL,
  "subscription_id" uuid NOT NULL,
  "meter_id" uuid NOT NULL,
  "amount" numeric(20,6) NOT NULL,
  "idempotency_key" text NOT NULL,
  "recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
  "billed_at" timestamp with time zone,
  CONSTRAINT "pk_usage_records" PRIMARY KEY (id),
  CONSTRAINT "uq_usage_records_meter_id_idempotency_key" UNIQUE (meter_id, idempotency_key),
  CONSTRAINT "fk_usage_records_subscription_id" FOREIGN KEY (subscription_id) REFERENCES billing.subscriptions(id),
  CONSTRAINT "fk_usage_records_meter_id" FOREIGN KEY (meter_id) REFERENCES billing.usage_meters(id)
);
-- Create index ix_usage_records_recorded_at on usage_records
CREATE INDEX "ix_usage_records_recorded_at" ON "billing"."usage_records" USING "brin" (recorded_at) WITH (pages_per_range='64');
-- Create index ix_usage_records_unbilled on usage_records
CREATE INDEX "ix_usage_records_unbilled" ON "billing"."usage_records" (subscription_id, meter_id) INCLUDE (amount) WHERE (billed_at IS NULL);
-- Grant to "billing_service" on table billing.usage_records
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."usage_records" TO "billing_service";
-- Create table approval_requests
CREATE TABLE "crm"."approval_requests" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "quote_id" uuid NOT NULL,
  "policy_id" uuid NOT NULL,
  "status" crm.approval_status DEFAULT 'pending'::crm.approval_status NOT NULL,
  "requested_by" uuid NOT NULL,
  "reason" text,
  "decided_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_approval_requests" PRIMARY KEY (id),
  CONSTRAINT "ck_approval_requests_decided_when_not_pending" CHECK (((status = 'pending'::crm.approval_status) = (decided_at IS NULL))),
  CONSTRAINT "fk_approval_requests_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id) ON DELETE CASCADE,
  CONSTRAINT "fk_approval_requests_policy_id" FOREIGN KEY (policy_id) REFERENCES crm.approval_policies(id),
  CONSTRAINT "fk_approval_requests_requested_by" FOREIGN KEY (requested_by) REFERENCES crm.users(id)
);
-- Create index ix_approval_requests_policy_id on approval_requests
CREATE INDEX "ix_approval_requests_policy_id" ON "crm"."approval_requests" (policy_id);
-- Create index uq_approval_requests_pending on approval_requests
CREATE UNIQUE INDEX "uq_approval_requests_pending" ON "crm"."approval_requests" (quote_id, policy_id) WHERE (status = 'pending'::crm.approval_status);
-- Grant to "app_user" on column crm.approval_requests.decided_at
GRANT UPDATE ("decided_at") ON TABLE "crm"."approval_requests" TO "app_user";
-- Grant to "app_user" on column crm.approval_requests.status
GRANT UPDATE ("status") ON TABLE "crm"."approval_requests" TO "app_user";
-- Grant to "app_user" on table crm.approval_requests
GRANT INSERT, SELECT ON TABLE "crm"."approval_requests" TO "app_user";
-- Create table approval_steps
CREATE TABLE "crm"."approval_steps" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "request_id" uuid NOT NULL,
  "level" smallint NOT NULL,
  "approver_id" uuid NOT NULL,
  "status" crm.approval_status DEFAULT 'pending'::crm.approval_status NOT NULL,
  "due_at" timestamp with time zone DEFAULT (now() + '2 days'::interval) NOT NULL,
  "decided_at" timestamp with time zone,
  "comment" text,
  CONSTRAINT "pk_approval_steps" PRIMARY KEY (id),
  CONSTRAINT "uq_approval_steps_request_id_level_approver_id" UNIQUE (request_id, level, approver_id),
  CONSTRAINT "fk_approval_steps_request_id" FOREIGN KEY (request_id) REFERENCES crm.approval_requests(id) ON DELETE CASCADE,
  CONSTRAINT "fk_approval_steps_approver_id" FOREIGN KEY (approver_id) REFERENCES crm.users(id)
);
-- Create index ix_approval_steps_inbox on approval_steps
CREATE INDEX "ix_approval_steps_inbox" ON "crm"."approval_steps" (approver_id, due_at) WHERE (status = 'pending'::crm.approval_status);
-- Grant to "app_user" on column crm.approval_steps.comment
GRANT UPDATE ("comment") ON TABLE "crm"."approval_steps" TO "app_user";
-- Grant to "app_user" on column crm.approval_steps.decided_at
GRANT UPDATE ("decided_at") ON TABLE "crm"."approval_steps" TO "app_user";
-- Grant to "app_user" on column crm.approval_steps.status
GRANT UPDATE ("status") ON TABLE "crm"."approval_steps" TO "app_user";
-- Grant to "app_user" on table crm.approval_steps
GRANT INSERT, SELECT ON TABLE "crm"."approval_steps" TO "app_user";
-- Create table quote_documents
CREATE TABLE "crm"."quote_documents" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "quote_id" uuid NOT NULL,
  "sha256" bytea NOT NULL,
  "storage_key" text NOT NULL,
  "media_type" text DEFAULT 'application/pdf'::text NOT NULL,
  "rendered_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_quote_documents" PRIMARY KEY (id),
  CONSTRAINT "uq_quote_documents_quote_id_sha256" UNIQUE (quote_id, sha256),
  CONSTRAINT "ck_quote_documents_sha256_length" CHECK ((octet_length(sha256) = 32)),
  CONSTRAINT "fk_quote_documents_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id) ON DELETE CASCADE
);
-- Grant to "app_user" on table crm.quote_documents
GRANT INSERT, SELECT ON TABLE "crm"."quote_documents" TO "app_user";
-- Create table quote_line_groups
CREATE TABLE "crm"."quote_line_groups" (
  "quote_id" uuid NOT NULL,
  "group_no" integer NOT NULL,
  "title" text NOT NULL,
  CONSTRAINT "pk_quote_line_groups" PRIMARY KEY (quote_id, group_no),
  CONSTRAINT "fk_quote_line_groups_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id) ON DELETE CASCADE
);
-- Grant to "app_user" on table crm.quote_line_groups
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."quote_line_groups" TO "app_user";
-- Create table quote_line_items
CREATE TABLE "crm"."quote_line_items" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "quote_id" uuid NOT NULL,
  "line_no" integer NOT NULL,
  "group_no" integer,
  "product_id" uuid NOT NULL,
  "price_book_entry_id" uuid,
  "description" text,
  "quantity" numeric(16,4) NOT NULL,
  "list_price" numeric(18,6) NOT NULL,
  "unit_price" numeric(18,6) NOT NULL,
  "discount_percent" crm.percentage DEFAULT 0 NOT NULL,
  "net_amount" numeric(18,2) GENERATED ALWAYS AS (round(((quantity * unit_price) * ((1)::numeric - ((discount_percent)::numeric / (100)::numeric))), 2)) STORED NOT NULL,
  "starts_on" date,
  "ends_on" date,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_quote_line_items" PRIMARY KEY (id),
  CONSTRAINT "uq_quote_line_items_quote_id_line_no" UNIQUE (quote_id, line_no) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT "ck_quote_line_items_quantity_positive" CHECK ((quantity > (0)::numeric)),
  CONSTRAINT "ck_quote_line_items_unit_price_not_negative" CHECK ((unit_price >= (0)::numeric)),
  CONSTRAINT "fk_quote_line_items_quote_id_group_no" FOREIGN KEY (quote_id, group_no) REFERENCES crm.quote_line_groups(quote_id, group_no) DEFERRABLE,
  CONSTRAINT "fk_quote_line_items_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id) ON DELETE CASCADE,
  CONSTRAINT "fk_quote_line_items_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id),
  CONSTRAINT "fk_quote_line_items_price_book_entry_id" FOREIGN KEY (price_book_entry_id) REFERENCES crm.price_book_entries(id) ON DELETE SET NULL
);
-- Enable row level security on table quote_line_items
ALTER TABLE "crm"."quote_line_items" ENABLE ROW LEVEL SECURITY;
-- Create index ix_quote_line_items_product_id on quote_line_items
CREATE INDEX "ix_quote_line_items_product_id" ON "crm"."quote_line_items" (product_id);
-- Create trigger record_change on quote_line_items
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON crm.quote_line_items FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Create policy lines_for_programs on quote_line_items
CREATE POLICY "lines_for_programs" ON "crm"."quote_line_items" FOR SELECT TO "billing_service" USING (true);
-- Create policy lines_of_visible_quotes on quote_line_items
CREATE POLICY "lines_of_visible_quotes" ON "crm"."quote_line_items" TO "app_user" USING ((EXISTS ( SELECT
   FROM crm.quotes q
  WHERE (q.id = quote_line_items.quote_id))));
-- Set comment of column crm.quote_line_items.line_no
COMMENT ON COLUMN "crm"."quote_line_items"."line_no" IS 'Deferred uniqueness: lines can be renumbered in one statement';
-- Grant to "app_user" on table crm.quote_line_items
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."quote_line_items" TO "app_user";
-- Grant to "billing_service" on table crm.quote_line_items
GRANT SELECT ON TABLE "crm"."quote_line_items" TO "billing_service";
-- Create table invoice_lines
CREATE TABLE "billing"."invoice_lines" (
  "invoice_id" uuid NOT NULL,
  "line_no" integer NOT NULL,
  "product_id" uuid,
  "quote_line_item_id" uuid,
  "tax_rate_id" bigint,
  "description" text NOT NULL,
  "quantity" numeric(16,4) NOT NULL,
  "unit_price" numeric(18,6) NOT NULL,
  "net_amount" numeric(18,2) GENERATED ALWAYS AS (round((quantity * unit_price), 2)) STORED NOT NULL,
  "tax_amount" numeric(18,2) DEFAULT 0 NOT NULL,
  CONSTRAINT "pk_invoice_lines" PRIMARY KEY (invoice_id, line_no),
  CONSTRAINT "fk_invoice_lines_invoice_id" FOREIGN KEY (invoice_id) REFERENCES billing.invoices(id) ON DELETE CASCADE,
  CONSTRAINT "fk_invoice_lines_product_id" FOREIGN KEY (product_id) REFERENCES crm.products(id),
  CONSTRAINT "fk_invoice_lines_quote_line_item_id" FOREIGN KEY (quote_line_item_id) REFERENCES crm.quote_line_items(id) ON DELETE SET NULL,
  CONSTRAINT "fk_invoice_lines_tax_rate_id" FOREIGN KEY (tax_rate_id) REFERENCES billing.tax_rates(id)
);
-- Create index ix_invoice_lines_product_id on invoice_lines
CREATE INDEX "ix_invoice_lines_product_id" ON "billing"."invoice_lines" (product_id);
-- Create index ix_invoice_lines_quote_line_item_id on invoice_lines
CREATE INDEX "ix_invoice_lines_quote_line_item_id" ON "billing"."invoice_lines" (quote_line_item_id);
-- Grant to "app_user" on table billing.invoice_lines
GRANT SELECT ON TABLE "billing"."invoice_lines" TO "app_user";
-- Grant to "billing_service" on table billing.invoice_lines
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."invoice_lines" TO "billing_service";
-- Create table credit_note_lines
CREATE TABLE "billing"."credit_note_lines" (
  "credit_note_id" uuid NOT NULL,
  "invoice_id" uuid NOT NULL,
  "line_no" integer NOT NULL,
  "amount" numeric(18,2) NOT NULL,
  CONSTRAINT "pk_credit_note_lines" PRIMARY KEY (credit_note_id, invoice_id, line_no),
  CONSTRAINT "ck_credit_note_lines_amount_positive" CHECK ((amount > (0)::numeric)),
  CONSTRAINT "fk_credit_note_lines_invoice_id_line_no" FOREIGN KEY (invoice_id, line_no) REFERENCES billing.invoice_lines(invoice_id, line_no),
  CONSTRAINT "fk_credit_note_lines_credit_note_id" FOREIGN KEY (credit_note_id) REFERENCES billing.credit_notes(id) ON DELETE CASCADE
);
-- Grant to "billing_service" on table billing.credit_note_lines
GRANT INSERT, SELECT, UPDATE ON TABLE "billing"."credit_note_lines" TO "billing_service";
-- Create table quote_line_discounts
CREATE TABLE "crm"."quote_line_discounts" (
  "line_item_id" uuid NOT NULL,
  "schedule_id" uuid NOT NULL,
  "percent" crm.percentage,
  "amount" numeric(18,2),
  CONSTRAINT "pk_quote_line_discounts" PRIMARY KEY (line_item_id, schedule_id),
  CONSTRAINT "ck_quote_line_discounts_percent_or_amount" CHECK (((percent IS NULL) <> (amount IS NULL))),
  CONSTRAINT "fk_quote_line_discounts_line_item_id" FOREIGN KEY (line_item_id) REFERENCES crm.quote_line_items(id) ON DELETE CASCADE,
  CONSTRAINT "fk_quote_line_discounts_schedule_id" FOREIGN KEY (schedule_id) REFERENCES crm.discount_schedules(id)
);
-- Create index ix_quote_line_discounts_schedule_id on quote_line_discounts
CREATE INDEX "ix_quote_line_discounts_schedule_id" ON "crm"."quote_line_discounts" (schedule_id);
-- Grant to "app_user" on table crm.quote_line_discounts
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."quote_line_discounts" TO "app_user";
-- Create table quote_signatures
CREATE TABLE "crm"."quote_signatures" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "document_id" uuid NOT NULL,
  "signer_name" text NOT NULL,
  "signer_email" crm.email_address NOT NULL,
  "signed_at" timestamp with time zone DEFAULT now() NOT NULL,
  "network_address" inet,
  "evidence" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "pk_quote_signatures" PRIMARY KEY (id),
  CONSTRAINT "fk_quote_signatures_document_id" FOREIGN KEY (document_id) REFERENCES crm.quote_documents(id)
);
-- Create index ix_quote_signatures_document_id on quote_signatures
CREATE INDEX "ix_quote_signatures_document_id" ON "crm"."quote_signatures" (document_id);
-- Grant to "app_user" on table crm.quote_signatures
GRANT INSERT, SELECT ON TABLE "crm"."quote_signatures" TO "app_user";
-- Create table quote_terms
CREATE TABLE "crm"."quote_terms" (
  "quote_id" uuid NOT NULL,
  "position" integer NOT NULL,
  "clause" text NOT NULL,
  CONSTRAINT "pk_quote_terms" PRIMARY KEY (quote_id, "position"),
  CONSTRAINT "fk_quote_terms_quote_id" FOREIGN KEY (quote_id) REFERENCES crm.quotes(id) ON DELETE CASCADE
);
-- Grant to "app_user" on table crm.quote_terms
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "crm"."quote_terms" TO "app_user";
-- Create policy quotes_for_approvers on quotes
CREATE POLICY "quotes_for_approvers" ON "crm"."quotes" FOR SELECT TO "app_user" USING ((EXISTS ( SELECT
   FROM (crm.approval_requests r
     JOIN crm.approval_steps s ON ((s.request_id = r.id)))
  WHERE ((r.quote_id = quotes.id) AND (s.approver_id = crm.current_user_id())))));
-- Create view open_invoices
CREATE VIEW "billing"."open_invoices" ("id", "number", "account_id", "account_name", "currency", "balance", "due_on", "days_overdue") AS
 SELECT i.id,
    i.number,
    i.account_id,
    a.name AS account_name,
    i.currency,
    (i.gross_total - i.paid_total) AS balance,
    i.due_on,
    GREATEST((CURRENT_DATE - i.due_on), 0) AS days_overdue
   FROM (billing.invoices i
     JOIN crm.accounts a ON ((a.id = i.account_id)))
  WHERE (i.status = 'open'::billing.invoice_status);
-- Grant to "app_readonly" on view billing.open_invoices
GRANT SELECT ON TABLE "billing"."open_invoices" TO "app_readonly";
-- Grant to "app_user" on view billing.open_invoices
GRANT SELECT ON TABLE "billing"."open_invoices" TO "app_user";
-- Create view account_balances
CREATE VIEW "billing"."account_balances" ("account_id", "currency", "balance", "overdue", "credit_limit") AS
 SELECT o.account_id,
    o.currency,
    sum(o.balance) AS balance,
    sum(o.balance) FILTER (WHERE (o.days_overdue > 0)) AS overdue,
    l.amount AS credit_limit
   FROM (billing.open_invoices o
     LEFT JOIN crm.credit_limits l ON (((l.account_id = o.account_id) AND (l.currency = o.currency))))
  GROUP BY o.account_id, o.currency, l.amount;
-- Grant to "app_readonly" on view billing.account_balances
GRANT SELECT ON TABLE "billing"."account_balances" TO "app_readonly";
-- Grant to "app_user" on view billing.account_balances
GRANT SELECT ON TABLE "billing"."account_balances" TO "app_user";
-- Create materialized view monthly_recurring_revenue
CREATE MATERIALIZED VIEW "billing"."monthly_recurring_revenue" ("account_id", "currency", "product_id", "amount") AS
 SELECT s.account_id,
    s.currency,
    i.product_id,
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
-- Create function normalize_domain
CREATE FUNCTION crm.normalize_domain(website text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(regexp_replace(website, '^(https?://)?(www[.])?([^/:]+).*$'::text, '\3'::text, 'i'::text));
-- Create index ix_accounts_domain on accounts
CREATE INDEX "ix_accounts_domain" ON "crm"."accounts" (crm.normalize_domain(website)) WHERE (website IS NOT NULL);
-- Create function quote_totals_of
CREATE FUNCTION crm.quote_totals_of(quote uuid)
 RETURNS crm.quote_totals
 LANGUAGE sql
 STABLE
AS $function$
    SELECT ROW(
        count(*),
        coalesce(sum(round(i.quantity * i.list_price, 2)), 0),
        coalesce(sum(i.net_amount), 0),
        coalesce(100 * (1 - sum(i.net_amount) / nullif(sum(i.quantity * i.list_price), 0)), 0)
    )::crm.quote_totals
    FROM crm.quote_line_items AS i
    WHERE i.quote_id = quote_totals_of.quote
$function$;
-- Create view quote_overview
CREATE VIEW "crm"."quote_overview" ("id", "number", "revision", "status", "account_id", "account_name", "currency", "net_total", "gross_total", "valid_until", "line_count", "discount_percent") WITH (security_invoker='true') AS
 SELECT q.id,
    q.number,
    q.revision,
    q.status,
    q.account_id,
    a.name AS account_name,
    q.currency,
    q.net_total,
    q.gross_total,
    q.valid_until,
    t.line_count,
    t.discount_percent
   FROM ((crm.quotes q
     JOIN crm.accounts a ON ((a.id = q.account_id)))
     CROSS JOIN LATERAL crm.quote_totals_of(q.id) t(line_count, list_total, net_total, discount_percent));
-- Grant to "app_readonly" on view crm.quote_overview
GRANT SELECT ON TABLE "crm"."quote_overview" TO "app_readonly";
-- Grant to "app_user" on view crm.quote_overview
GRANT SELECT ON TABLE "crm"."quote_overview" TO "app_user";
-- Create view quotes_awaiting_approval
CREATE VIEW "crm"."quotes_awaiting_approval" ("id", "number", "account_name", "net_total", "discount_percent", "approver_id", "level", "due_at") AS
 SELECT o.id,
    o.number,
    o.account_name,
    o.net_total,
    o.discount_percent,
    s.approver_id,
    s.level,
    s.due_at
   FROM ((crm.quote_overview o
     JOIN crm.approval_requests r ON (((r.quote_id = o.id) AND (r.status = 'pending'::crm.approval_status))))
     JOIN crm.approval_steps s ON (((s.request_id = r.id) AND (s.status = 'pending'::crm.approval_status))));
-- Grant to "app_readonly" on view crm.quotes_awaiting_approval
GRANT SELECT ON TABLE "crm"."quotes_awaiting_approval" TO "app_readonly";
-- Grant to "app_user" on view crm.quotes_awaiting_approval
GRANT SELECT ON TABLE "crm"."quotes_awaiting_approval" TO "app_user";
-- Create function record_stage_change
CREATE FUNCTION crm.record_stage_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO crm.deal_stage_changes (deal_id, from_stage, to_stage, changed_by)
    VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.stage_code END, NEW.stage_code, crm.current_user_id());
    RETURN NULL;
END
$function$;
-- Create trigger record_first_stage on deals
CREATE TRIGGER record_first_stage AFTER INSERT ON crm.deals FOR EACH ROW EXECUTE FUNCTION crm.record_stage_change();
-- Create trigger record_stage_change on deals
CREATE TRIGGER record_stage_change AFTER UPDATE OF stage_code ON crm.deals FOR EACH ROW WHEN ((old.stage_code IS DISTINCT FROM new.stage_code)) EXECUTE FUNCTION crm.record_stage_change();
-- Create function refresh_quote_totals
CREATE FUNCTION crm.refresh_quote_totals()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE crm.quotes AS q
    SET net_total = (crm.quote_totals_of(q.id)).net_total
    WHERE q.id IN (SELECT quote_id FROM changed_lines);
    RETURN NULL;
END
$function$;
-- Create trigger refresh_totals_on_insert on quote_line_items
CREATE TRIGGER refresh_totals_on_insert AFTER INSERT ON crm.quote_line_items REFERENCING NEW TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();
-- Create trigger refresh_totals_on_update on quote_line_items
CREATE TRIGGER refresh_totals_on_update AFTER UPDATE ON crm.quote_line_items REFERENCING NEW TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();
-- Create trigger refresh_totals_on_delete on quote_line_items
CREATE TRIGGER refresh_totals_on_delete AFTER DELETE ON crm.quote_line_items REFERENCING OLD TABLE AS changed_lines FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();
-- Create function refuse_change_of_sent_quote
CREATE FUNCTION crm.refuse_change_of_sent_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    quote_status crm.quote_status;
BEGIN
    SELECT q.status INTO quote_status FROM crm.quotes AS q WHERE q.id = coalesce(NEW.quote_id, OLD.quote_id);
    IF quote_status IN ('sent', 'accepted') THEN
        RAISE EXCEPTION 'quote is %, its lines cannot change', quote_status
            USING ERRCODE = 'restrict_violation', HINT = 'Make a new revision of the quote.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$function$;
-- Create trigger refuse_change_of_sent_quote on quote_line_items
CREATE TRIGGER refuse_change_of_sent_quote BEFORE INSERT OR DELETE OR UPDATE ON crm.quote_line_items FOR EACH ROW EXECUTE FUNCTION crm.refuse_change_of_sent_quote();
-- Create function require_primary_contact
CREATE FUNCTION crm.require_primary_contact()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (SELECT FROM crm.deal_contacts AS c WHERE c.deal_id = NEW.id AND c.is_primary) THEN
        RAISE EXCEPTION 'deal % is won but has no primary contact', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$function$;
-- Create trigger require_primary_contact on deals
CREATE CONSTRAINT TRIGGER require_primary_contact AFTER INSERT OR UPDATE OF status ON crm.deals DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.status = 'won'::crm.deal_status)) EXECUTE FUNCTION crm.require_primary_contact();
-- Create function touch_updated_at
CREATE FUNCTION crm.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$function$;
-- Create trigger touch_updated_at on contracts
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.contracts FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on credit_notes
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.credit_notes FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on invoices
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.invoices FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on payment_methods
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.payment_methods FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on payments
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.payments FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on profiles
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.profiles FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on refunds
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.refunds FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on subscription_items
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.subscription_items FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on subscriptions
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.subscriptions FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on usage_meters
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.usage_meters FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on account_addresses
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.account_addresses FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on accounts
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.accounts FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on activities
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.activities FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on api_keys
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.api_keys FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on approval_policies
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.approval_policies FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on approval_requests
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.approval_requests FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on contacts
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.contacts FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on deals
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.deals FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on discount_schedules
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.discount_schedules FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on pipelines
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.pipelines FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on price_book_entries
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.price_book_entries FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on price_books
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.price_books FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on product_families
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.product_families FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on products
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.products FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on quote_line_items
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.quote_line_items FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on quotes
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.quotes FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on teams
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.teams FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on territories
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.territories FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger touch_updated_at on users
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.users FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
