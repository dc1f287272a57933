-- Grant to "sync_worker" on schema crm
GRANT USAGE ON SCHEMA "crm" TO "sync_worker";
-- Create schema sync
CREATE SCHEMA "sync";
-- Set comment of schema sync
COMMENT ON SCHEMA "sync" IS 'What other systems know about our rows, and how far we have told them';
-- Grant to "sync_worker" on schema sync
GRANT USAGE ON SCHEMA "sync" TO "sync_worker";
-- Create enum type hubspot_object
CREATE TYPE "sync"."hubspot_object" AS ENUM ('company', 'contact', 'deal');
-- Create enum type sync_direction
CREATE TYPE "sync"."sync_direction" AS ENUM ('inbound', 'outbound', 'both');
-- Create enum type sync_status
CREATE TYPE "sync"."sync_status" AS ENUM ('pending', 'running', 'succeeded', 'failed');
-- Modify table accounts: add column hubspot_id, add column hubspot_synced_at
ALTER TABLE "crm"."accounts"
  ADD COLUMN "hubspot_id" bigint,
  ADD COLUMN "hubspot_synced_at" timestamp with time zone;
-- Create index uq_accounts_hubspot_id on accounts
CREATE UNIQUE INDEX "uq_accounts_hubspot_id" ON "crm"."accounts" (hubspot_id) WHERE (hubspot_id IS NOT NULL);
-- Alter policy accounts_for_programs on accounts
ALTER POLICY "accounts_for_programs" ON "crm"."accounts" TO "billing_service", "sync_worker";
-- Grant to "sync_worker" on table crm.accounts
GRANT INSERT, SELECT, UPDATE ON TABLE "crm"."accounts" TO "sync_worker";
-- Modify table contacts: add column hubspot_id, add column hubspot_synced_at
ALTER TABLE "crm"."contacts"
  ADD COLUMN "hubspot_id" bigint,
  ADD COLUMN "hubspot_synced_at" timestamp with time zone;
-- Create index ix_contacts_email on contacts
CREATE INDEX "ix_contacts_email" ON "crm"."contacts" (email);
-- Create index uq_contacts_hubspot_id on contacts
CREATE UNIQUE INDEX "uq_contacts_hubspot_id" ON "crm"."contacts" (hubspot_id) WHERE (hubspot_id IS NOT NULL);
-- Create policy contacts_for_programs on contacts
CREATE POLICY "contacts_for_programs" ON "crm"."contacts" TO "sync_worker" USING (true);
-- Set comment of table crm.contacts
COMMENT ON TABLE "crm"."contacts" IS 'People at an account; in HubSpot they may also stand alone';
-- Grant to "sync_worker" on table crm.contacts
GRANT INSERT, SELECT, UPDATE ON TABLE "crm"."contacts" TO "sync_worker";
-- Modify table deals: add column hubspot_id, add column hubspot_synced_at
ALTER TABLE "crm"."deals"
  ADD COLUMN "hubspot_id" bigint,
  ADD COLUMN "hubspot_synced_at" timestamp with time zone;
-- Create index uq_deals_hubspot_id on deals
CREATE UNIQUE INDEX "uq_deals_hubspot_id" ON "crm"."deals" (hubspot_id) WHERE (hubspot_id IS NOT NULL);
-- Create policy deals_for_programs on deals
CREATE POLICY "deals_for_programs" ON "crm"."deals" TO "sync_worker" USING (true);
-- Grant to "sync_worker" on table crm.deals
GRANT INSERT, SELECT, UPDATE ON TABLE "crm"."deals" TO "sync_worker";
-- Create table hubspot_portals
CREATE TABLE "sync"."hubspot_portals" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "portal_number" bigint NOT NULL,
  "name" text NOT NULL,
  "secret_name" text NOT NULL,
  "is_enabled" boolean DEFAULT true NOT NULL,
  "requests_per_second" integer DEFAULT 10 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_hubspot_portals" PRIMARY KEY (id),
  CONSTRAINT "uq_hubspot_portals_portal_number" UNIQUE (portal_number),
  CONSTRAINT "ck_hubspot_portals_portal_number_positive" CHECK ((portal_number > 0))
);
-- Create trigger touch_updated_at on hubspot_portals
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_portals FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Set comment of column sync.hubspot_portals.secret_name
COMMENT ON COLUMN "sync"."hubspot_portals"."secret_name" IS 'Where the token is kept; the token itself never comes here';
-- Grant to "sync_worker" on table sync.hubspot_portals
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_portals" TO "sync_worker";
-- Create table hubspot_cursors
CREATE TABLE "sync"."hubspot_cursors" (
  "portal_id" uuid NOT NULL,
  "object_type" sync.hubspot_object NOT NULL,
  "direction" sync.sync_direction NOT NULL,
  "position" text,
  "locked_by" text,
  "locked_until" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_hubspot_cursors" PRIMARY KEY (portal_id, object_type, direction),
  CONSTRAINT "ck_hubspot_cursors_lock_is_whole" CHECK (((locked_by IS NULL) = (locked_until IS NULL))),
  CONSTRAINT "fk_hubspot_cursors_portal_id" FOREIGN KEY (portal_id) REFERENCES sync.hubspot_portals(id) ON DELETE CASCADE
) WITH (fillfactor='70');
-- Create trigger touch_updated_at on hubspot_cursors
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_cursors FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Grant to "sync_worker" on table sync.hubspot_cursors
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_cursors" TO "sync_worker";
-- Create table hubspot_property_mappings
CREATE TABLE "sync"."hubspot_property_mappings" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "portal_id" uuid NOT NULL,
  "object_type" sync.hubspot_object NOT NULL,
  "property_name" text NOT NULL,
  "column_name" text NOT NULL,
  "direction" sync.sync_direction DEFAULT 'both'::sync.sync_direction NOT NULL,
  "transform" text DEFAULT 'none'::text NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_hubspot_property_mappings" PRIMARY KEY (id),
  CONSTRAINT "uq_hubspot_property_mappings_portal_id_object_type_prop_b5a8" UNIQUE (portal_id, object_type, property_name, direction),
  CONSTRAINT "ck_hubspot_property_mappings_known_transform" CHECK ((transform = ANY (ARRAY['none'::text, 'trim'::text, 'lower'::text, 'date'::text]))),
  CONSTRAINT "fk_hubspot_property_mappings_portal_id" FOREIGN KEY (portal_id) REFERENCES sync.hubspot_portals(id) ON DELETE CASCADE
);
-- Create trigger touch_updated_at on hubspot_property_mappings
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_property_mappings FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Grant to "sync_worker" on table sync.hubspot_property_mappings
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_property_mappings" TO "sync_worker";
-- Create table hubspot_sync_runs
CREATE TABLE "sync"."hubspot_sync_runs" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "portal_id" uuid NOT NULL,
  "object_type" sync.hubspot_object NOT NULL,
  "direction" sync.sync_direction NOT NULL,
  "status" sync.sync_status DEFAULT 'pending'::sync.sync_status NOT NULL,
  "started_at" timestamp with time zone DEFAULT now() NOT NULL,
  "finished_at" timestamp with time zone,
  "rows_read" integer DEFAULT 0 NOT NULL,
  "rows_written" integer DEFAULT 0 NOT NULL,
  CONSTRAINT "pk_hubspot_sync_runs" PRIMARY KEY (id),
  CONSTRAINT "ck_hubspot_sync_runs_finished_after_started" CHECK ((finished_at >= started_at)),
  CONSTRAINT "fk_hubspot_sync_runs_portal_id" FOREIGN KEY (portal_id) REFERENCES sync.hubspot_portals(id) ON DELETE CASCADE
);
-- Create index ix_hubspot_sync_runs_portal_id_started_at on hubspot_sync_runs
CREATE INDEX "ix_hubspot_sync_runs_portal_id_started_at" ON "sync"."hubspot_sync_runs" (portal_id, started_at DESC);
-- Create index uq_hubspot_sync_runs_running on hubspot_sync_runs
CREATE UNIQUE INDEX "uq_hubspot_sync_runs_running" ON "sync"."hubspot_sync_runs" (portal_id, object_type, direction) WHERE (status = 'running'::sync.sync_status);
-- Grant to "sync_worker" on table sync.hubspot_sync_runs
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_sync_runs" TO "sync_worker";
-- Create table hubspot_sync_failures
CREATE TABLE "sync"."hubspot_sync_failures" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "run_id" bigint NOT NULL,
  "hubspot_id" bigint,
  "row_id" uuid,
  "message" text NOT NULL,
  "response" jsonb,
  "attempts" integer DEFAULT 1 NOT NULL,
  "retry_at" timestamp with time zone,
  "resolved_at" timestamp with time zone,
  CONSTRAINT "pk_hubspot_sync_failures" PRIMARY KEY (id),
  CONSTRAINT "fk_hubspot_sync_failures_run_id" FOREIGN KEY (run_id) REFERENCES sync.hubspot_sync_runs(id) ON DELETE CASCADE
);
-- Create index ix_hubspot_sync_failures_retry on hubspot_sync_failures
CREATE INDEX "ix_hubspot_sync_failures_retry" ON "sync"."hubspot_sync_failures" (retry_at) WHERE (resolved_at IS NULL);
-- Create index ix_hubspot_sync_failures_run_id on hubspot_sync_failures
CREATE INDEX "ix_hubspot_sync_failures_run_id" ON "sync"."hubspot_sync_failures" (run_id);
-- Grant to "sync_worker" on table sync.hubspot_sync_failures
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_sync_failures" TO "sync_worker";
-- Create table hubspot_webhook_events
CREATE TABLE "sync"."hubspot_webhook_events" (
  "event_id" bigint NOT NULL,
  "portal_id" uuid NOT NULL,
  "subscription" text NOT NULL,
  "hubspot_id" bigint NOT NULL,
  "payload" jsonb NOT NULL,
  "received_at" timestamp with time zone DEFAULT now() NOT NULL,
  "processed_at" timestamp with time zone,
  CONSTRAINT "pk_hubspot_webhook_events" PRIMARY KEY (event_id, portal_id),
  CONSTRAINT "fk_hubspot_webhook_events_portal_id" FOREIGN KEY (portal_id) REFERENCES sync.hubspot_portals(id) ON DELETE CASCADE
);
-- Create index ix_hubspot_webhook_events_unprocessed on hubspot_webhook_events
CREATE INDEX "ix_hubspot_webhook_events_unprocessed" ON "sync"."hubspot_webhook_events" (received_at) WHERE (processed_at IS NULL);
-- Grant to "sync_worker" on table sync.hubspot_webhook_events
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."hubspot_webhook_events" TO "sync_worker";
-- Replace view account_overview
CREATE OR REPLACE VIEW "crm"."account_overview" ("id", "name", "kind", "owner_id", "owner_name", "industry", "primary_contact", "open_deals", "open_amount", "last_won_at", "hubspot_id", "hubspot_synced_at") WITH (security_invoker='true') AS
 SELECT a.id,
    a.name,
    a.kind,
    a.owner_id,
    u.display_name AS owner_name,
    i.label AS industry,
    c.full_name AS primary_contact,
    count(d.id) FILTER (WHERE (d.status = 'open'::crm.deal_status)) AS open_deals,
    COALESCE(sum(d.amount) FILTER (WHERE (d.status = 'open'::crm.deal_status)), (0)::numeric) AS open_amount,
    max(d.closed_at) FILTER (WHERE (d.status = 'won'::crm.deal_status)) AS last_won_at,
    a.hubspot_id,
    a.hubspot_synced_at
   FROM ((((crm.accounts a
     LEFT JOIN crm.users u ON ((u.id = a.owner_id)))
     LEFT JOIN crm.industries i ON ((i.code = a.industry_code)))
     LEFT JOIN crm.contacts c ON ((c.id = a.primary_contact_id)))
     LEFT JOIN crm.deals d ON ((d.account_id = a.id)))
  WHERE (a.archived_at IS NULL)
  GROUP BY a.id, u.display_name, i.label, c.full_name;
-- Create view hubspot_health
CREATE VIEW "sync"."hubspot_health" ("portal_id", "name", "object_type", "direction", "last_success_at", "open_failures") AS
 SELECT p.id AS portal_id,
    p.name,
    r.object_type,
    r.direction,
    max(r.finished_at) FILTER (WHERE (r.status = 'succeeded'::sync.sync_status)) AS last_success_at,
    count(f.id) FILTER (WHERE (f.resolved_at IS NULL)) AS open_failures
   FROM ((sync.hubspot_portals p
     LEFT JOIN sync.hubspot_sync_runs r ON ((r.portal_id = p.id)))
     LEFT JOIN sync.hubspot_sync_failures f ON ((f.run_id = r.id)))
  GROUP BY p.id, p.name, r.object_type, r.direction;
-- Grant to "sync_worker" on view sync.hubspot_health
GRANT SELECT ON TABLE "sync"."hubspot_health" TO "sync_worker";
-- Replace function can_see_account
CREATE OR REPLACE FUNCTION crm.can_see_account(account_id uuid)
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
                          WHERE m.account_id = a.id AND m.user_id = crm.current_user_id())
               OR EXISTS (SELECT FROM crm.team_members AS owner
                          JOIN crm.team_members AS lead ON lead.team_id = owner.team_id AND lead.is_lead
                          WHERE owner.user_id = a.owner_id AND lead.user_id = crm.current_user_id()))
    )
$function$;
-- Create function try_lock_cursor
CREATE FUNCTION sync.try_lock_cursor(portal uuid, object_kind sync.hubspot_object, way sync.sync_direction, worker text, lease interval DEFAULT '00:05:00'::interval)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE sync.hubspot_cursors AS c
    SET locked_by = worker, locked_until = now() + lease
    WHERE c.portal_id = portal
      AND c.object_type = object_kind
      AND c.direction = way
      AND (c.locked_until IS NULL OR c.locked_until < now());
    RETURN FOUND;
END
$function$;
-- Revoke from PUBLIC on function sync.try_lock_cursor(uuid, sync.hubspot_object, sync.sync_direction, text, interval)
REVOKE EXECUTE ON FUNCTION "sync"."try_lock_cursor"(uuid, sync.hubspot_object, sync.sync_direction, text, interval) FROM PUBLIC;
-- Grant to "sync_worker" on function sync.try_lock_cursor(uuid, sync.hubspot_object, sync.sync_direction, text, interval)
GRANT EXECUTE ON FUNCTION "sync"."try_lock_cursor"(uuid, sync.hubspot_object, sync.sync_direction, text, interval) TO "sync_worker";
