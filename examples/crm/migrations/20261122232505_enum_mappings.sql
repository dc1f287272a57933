-- Grant to "app_readonly" on schema sync
GRANT USAGE ON SCHEMA "sync" TO "app_readonly";
-- Add value 'paid_search' to enum type lead_source
ALTER TYPE "crm"."lead_source" ADD VALUE 'paid_search' AFTER 'referral';
-- Add value 'hubspot' to enum type lead_source
ALTER TYPE "crm"."lead_source" ADD VALUE 'hubspot';
-- Add value 'subscriber' to enum type lifecycle_stage
ALTER TYPE "crm"."lifecycle_stage" ADD VALUE 'subscriber' BEFORE 'lead';
-- Add value 'evangelist' to enum type lifecycle_stage
ALTER TYPE "crm"."lifecycle_stage" ADD VALUE 'evangelist';
-- Create table enum_mapping_sets
CREATE TABLE "sync"."enum_mapping_sets" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "system" text NOT NULL,
  "enum_schema" text DEFAULT 'crm'::text NOT NULL,
  "enum_name" text NOT NULL,
  "fallback" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_enum_mapping_sets" PRIMARY KEY (id),
  CONSTRAINT "uq_enum_mapping_sets_system_enum_schema_enum_name" UNIQUE (system, enum_schema, enum_name),
  CONSTRAINT "ck_enum_mapping_sets_system_is_identifier" CHECK ((system ~ '^[a-z][a-z0-9_]*$'::text))
);
-- Create trigger touch_updated_at on enum_mapping_sets
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.enum_mapping_sets FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Set comment of column sync.enum_mapping_sets.fallback
COMMENT ON COLUMN "sync"."enum_mapping_sets"."fallback" IS 'Our value for unknown external ones; NULL reports a gap';
-- Set comment of table sync.enum_mapping_sets
COMMENT ON TABLE "sync"."enum_mapping_sets" IS 'One for each pair of an external system and an enum of ours';
-- Grant to "sync_worker" on table sync.enum_mapping_sets
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."enum_mapping_sets" TO "sync_worker";
-- Create table enum_mapping_gaps
CREATE TABLE "sync"."enum_mapping_gaps" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "set_id" uuid NOT NULL,
  "external_value" text NOT NULL,
  "seen" bigint DEFAULT 1 NOT NULL,
  "first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
  "last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_enum_mapping_gaps" PRIMARY KEY (id),
  CONSTRAINT "uq_enum_mapping_gaps_set_id_external_value" UNIQUE (set_id, external_value),
  CONSTRAINT "fk_enum_mapping_gaps_set_id" FOREIGN KEY (set_id) REFERENCES sync.enum_mapping_sets(id) ON DELETE CASCADE
);
-- Grant to "sync_worker" on table sync.enum_mapping_gaps
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."enum_mapping_gaps" TO "sync_worker";
-- Create table enum_mappings
CREATE TABLE "sync"."enum_mappings" (
  "set_id" uuid NOT NULL,
  "external_value" text NOT NULL,
  "internal_value" text NOT NULL,
  "direction" sync.sync_direction DEFAULT 'both'::sync.sync_direction NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_enum_mappings" PRIMARY KEY (set_id, external_value),
  CONSTRAINT "fk_enum_mappings_set_id" FOREIGN KEY (set_id) REFERENCES sync.enum_mapping_sets(id) ON DELETE CASCADE
);
-- Create index uq_enum_mappings_outbound on enum_mappings
CREATE UNIQUE INDEX "uq_enum_mappings_outbound" ON "sync"."enum_mappings" (set_id, internal_value) WHERE (direction <> 'inbound'::sync.sync_direction);
-- Create trigger touch_updated_at on enum_mappings
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.enum_mappings FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Grant to "sync_worker" on table sync.enum_mappings
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."enum_mappings" TO "sync_worker";
-- Modify table hubspot_property_mappings: add column enum_set_id, add check ck_hubspot_property_mappings_enum_has_set
ALTER TABLE "sync"."hubspot_property_mappings"
  ADD COLUMN "enum_set_id" uuid,
  ADD CONSTRAINT "ck_hubspot_property_mappings_enum_has_set" CHECK (((transform = 'enum'::text) = (enum_set_id IS NOT NULL)));
-- Create index ix_hubspot_property_mappings_enum_set_id on hubspot_property_mappings
CREATE INDEX "ix_hubspot_property_mappings_enum_set_id" ON "sync"."hubspot_property_mappings" (enum_set_id);
-- Add foreign key fk_hubspot_property_mappings_enum_set_id to table hubspot_property_mappings
ALTER TABLE "sync"."hubspot_property_mappings" ADD CONSTRAINT "fk_hubspot_property_mappings_enum_set_id" FOREIGN KEY (enum_set_id) REFERENCES sync.enum_mapping_sets(id);
-- Create view enum_gaps
CREATE VIEW "sync"."enum_gaps" ("system", "enum_schema", "enum_name", "external_value", "seen", "last_seen_at") AS
 SELECT s.system,
    s.enum_schema,
    s.enum_name,
    g.external_value,
    g.seen,
    g.last_seen_at
   FROM (sync.enum_mapping_gaps g
     JOIN sync.enum_mapping_sets s ON ((s.id = g.set_id)))
  ORDER BY g.seen DESC;
-- Grant to "app_readonly" on view sync.enum_gaps
GRANT SELECT ON TABLE "sync"."enum_gaps" TO "app_readonly";
-- Grant to "sync_worker" on view sync.enum_gaps
GRANT SELECT ON TABLE "sync"."enum_gaps" TO "sync_worker";
-- Replace view hubspot_health
CREATE OR REPLACE VIEW "sync"."hubspot_health" ("portal_id", "name", "object_type", "direction", "last_success_at", "open_failures") AS
 SELECT p.id AS portal_id,
    p.name,
    r.object_type,
    r.direction,
    max(r.finished_at) FILTER (WHERE (r.status = 'succeeded'::sync.sync_status)) AS last_success_at,
    count(DISTINCT f.id) FILTER (WHERE (f.resolved_at IS NULL)) AS open_failures
   FROM ((sync.hubspot_portals p
     LEFT JOIN sync.hubspot_sync_runs r ON ((r.portal_id = p.id)))
     LEFT JOIN sync.hubspot_sync_failures f ON ((f.run_id = r.id)))
  GROUP BY p.id, p.name, r.object_type, r.direction;
-- Create function check_internal_value
CREATE FUNCTION sync.check_internal_value()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT FROM sync.enum_mapping_sets AS s
        JOIN pg_namespace AS n ON n.nspname = s.enum_schema
        JOIN pg_type AS t ON t.typnamespace = n.oid AND t.typname = s.enum_name
        JOIN pg_enum AS e ON e.enumtypid = t.oid
        WHERE s.id = NEW.set_id AND e.enumlabel = NEW.internal_value
    ) THEN
        RAISE EXCEPTION '% is not a value of the mapped enum', NEW.internal_value USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$function$;
-- Create trigger check_internal_value on enum_mappings
CREATE TRIGGER check_internal_value BEFORE INSERT OR UPDATE OF internal_value ON sync.enum_mappings FOR EACH ROW EXECUTE FUNCTION sync.check_internal_value();
-- Create function to_internal
CREATE FUNCTION sync.to_internal(mapping_set uuid, external_value text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
DECLARE
    found_value text;
BEGIN
    SELECT m.internal_value INTO found_value
    FROM sync.enum_mappings AS m
    WHERE m.set_id = mapping_set AND m.external_value = to_internal.external_value AND m.direction <> 'outbound';
    IF FOUND THEN
        RETURN found_value;
    END IF;

    SELECT s.fallback INTO found_value FROM sync.enum_mapping_sets AS s WHERE s.id = mapping_set;
    IF found_value IS NULL THEN
        INSERT INTO sync.enum_mapping_gaps AS g (set_id, external_value)
        VALUES (mapping_set, to_internal.external_value)
        ON CONFLICT ON CONSTRAINT uq_enum_mapping_gaps_set_id_external_value
        DO UPDATE SET seen = g.seen + 1, last_seen_at = now();
    END IF;
    RETURN found_value;
END
$function$;
-- Modify table account_relationships: drop check ck_account_relationships_known_kind, add check ck_account_relationships_known_kind
ALTER TABLE "crm"."account_relationships"
  DROP CONSTRAINT "ck_account_relationships_known_kind",
  ADD CONSTRAINT "ck_account_relationships_known_kind" CHECK ((kind = ANY (ARRAY['reseller_of'::text, 'subsidiary_of'::text, 'competitor_of'::text, 'supplier_of'::text])));
-- Modify table hubspot_property_mappings: drop check ck_hubspot_property_mappings_known_transform, add check ck_hubspot_property_mappings_known_transform
ALTER TABLE "sync"."hubspot_property_mappings"
  DROP CONSTRAINT "ck_hubspot_property_mappings_known_transform",
  ADD CONSTRAINT "ck_hubspot_property_mappings_known_transform" CHECK ((transform = ANY (ARRAY['none'::text, 'trim'::text, 'lower'::text, 'date'::text, 'enum'::text])));
