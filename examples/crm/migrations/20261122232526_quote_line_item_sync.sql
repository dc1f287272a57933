-- Grant to "app_user" on schema sync
GRANT USAGE ON SCHEMA "sync" TO "app_user";
-- Add value 'line_item' to enum type hubspot_object
ALTER TYPE "sync"."hubspot_object" ADD VALUE 'line_item';
-- Create enum type outbox_operation
CREATE TYPE "sync"."outbox_operation" AS ENUM ('upsert', 'delete');
-- Create table changes_2027q2
CREATE TABLE "audit"."changes_2027q2" (
  "id" uuid DEFAULT gen_random_uuid() CONSTRAINT "changes_id_not_null" NOT NULL,
  "occurred_at" timestamp with time zone DEFAULT now() CONSTRAINT "changes_occurred_at_not_null" NOT NULL,
  "schema_name" text CONSTRAINT "changes_schema_name_not_null" NOT NULL,
  "table_name" text CONSTRAINT "changes_table_name_not_null" NOT NULL,
  "row_key" text CONSTRAINT "changes_row_key_not_null" NOT NULL,
  "operation" audit.change_operation CONSTRAINT "changes_operation_not_null" NOT NULL,
  "actor_id" uuid,
  "before" jsonb,
  "after" jsonb,
  CONSTRAINT "changes_2027q2_pkey" PRIMARY KEY (id, occurred_at)
);
-- Create index changes_2027q2_occurred_at_idx on changes_2027q2
CREATE INDEX "changes_2027q2_occurred_at_idx" ON "audit"."changes_2027q2" USING "brin" (occurred_at);
-- Create index changes_2027q2_table_name_row_key_idx on changes_2027q2
CREATE INDEX "changes_2027q2_table_name_row_key_idx" ON "audit"."changes_2027q2" (table_name, row_key);
-- Attach partition changes_2027q2 to changes
ALTER TABLE ONLY "audit"."changes" ATTACH PARTITION "audit"."changes_2027q2" FOR VALUES FROM ('2027-04-01 00:00:00+00') TO ('2027-07-01 00:00:00+00');
-- Attach index changes_2027q2_occurred_at_idx to ix_changes_occurred_at
ALTER INDEX "audit"."ix_changes_occurred_at" ATTACH PARTITION "audit"."changes_2027q2_occurred_at_idx";
-- Attach index changes_2027q2_pkey to pk_changes
ALTER INDEX "audit"."pk_changes" ATTACH PARTITION "audit"."changes_2027q2_pkey";
-- Attach index changes_2027q2_table_name_row_key_idx to ix_changes_table_name_row_key
ALTER INDEX "audit"."ix_changes_table_name_row_key" ATTACH PARTITION "audit"."changes_2027q2_table_name_row_key_idx";
-- Modify table quote_line_items: add column is_credit, add column sync_version, add column hubspot_id, add column hubspot_synced_at
ALTER TABLE "crm"."quote_line_items"
  ADD COLUMN "is_credit" boolean DEFAULT false NOT NULL,
  ADD COLUMN "sync_version" bigint DEFAULT 1 NOT NULL,
  ADD COLUMN "hubspot_id" bigint,
  ADD COLUMN "hubspot_synced_at" timestamp with time zone;
-- Create index uq_quote_line_items_hubspot_id on quote_line_items
CREATE UNIQUE INDEX "uq_quote_line_items_hubspot_id" ON "crm"."quote_line_items" (hubspot_id) WHERE (hubspot_id IS NOT NULL);
-- Alter policy lines_for_programs on quote_line_items
ALTER POLICY "lines_for_programs" ON "crm"."quote_line_items" TO "billing_service", "sync_worker";
-- Set comment of column crm.quote_line_items.sync_version
COMMENT ON COLUMN "crm"."quote_line_items"."sync_version" IS 'Counts the changes that HubSpot must learn';
-- Grant to "sync_worker" on column crm.quote_line_items.hubspot_id
GRANT UPDATE ("hubspot_id") ON TABLE "crm"."quote_line_items" TO "sync_worker";
-- Grant to "sync_worker" on column crm.quote_line_items.hubspot_synced_at
GRANT UPDATE ("hubspot_synced_at") ON TABLE "crm"."quote_line_items" TO "sync_worker";
-- Grant to "sync_worker" on table crm.quote_line_items
GRANT SELECT ON TABLE "crm"."quote_line_items" TO "sync_worker";
-- Create policy quotes_for_sync on quotes
CREATE POLICY "quotes_for_sync" ON "crm"."quotes" FOR SELECT TO "sync_worker" USING ((status <> ALL (ARRAY['draft'::crm.quote_status, 'in_review'::crm.quote_status])));
-- Grant to "sync_worker" on table crm.quotes
GRANT SELECT ON TABLE "crm"."quotes" TO "sync_worker";
-- Create table quote_line_item_outbox
CREATE TABLE "sync"."quote_line_item_outbox" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "line_item_id" uuid NOT NULL,
  "quote_id" uuid NOT NULL,
  "operation" sync.outbox_operation NOT NULL,
  "version" bigint NOT NULL,
  "hubspot_id" bigint,
  "status" sync.sync_status DEFAULT 'pending'::sync.sync_status NOT NULL,
  "attempts" integer DEFAULT 0 NOT NULL,
  "enqueued_at" timestamp with time zone DEFAULT now() NOT NULL,
  "sent_at" timestamp with time zone,
  CONSTRAINT "pk_quote_line_item_outbox" PRIMARY KEY (id)
);
-- Create index ix_quote_line_item_outbox_pending on quote_line_item_outbox
CREATE INDEX "ix_quote_line_item_outbox_pending" ON "sync"."quote_line_item_outbox" (id) WHERE (status = 'pending'::sync.sync_status);
-- Create index ix_quote_line_item_outbox_quote_id on quote_line_item_outbox
CREATE INDEX "ix_quote_line_item_outbox_quote_id" ON "sync"."quote_line_item_outbox" (quote_id);
-- Set comment of table sync.quote_line_item_outbox
COMMENT ON TABLE "sync"."quote_line_item_outbox" IS 'Filled by the transaction that changes a line; no foreign key, for deletions';
-- Grant to "app_user" on column sync.quote_line_item_outbox.quote_id
GRANT SELECT ("quote_id") ON TABLE "sync"."quote_line_item_outbox" TO "app_user";
-- Grant to "app_user" on column sync.quote_line_item_outbox.status
GRANT SELECT ("status") ON TABLE "sync"."quote_line_item_outbox" TO "app_user";
-- Grant to "sync_worker" on table sync.quote_line_item_outbox
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."quote_line_item_outbox" TO "sync_worker";
-- Create table quote_line_item_states
CREATE TABLE "sync"."quote_line_item_states" (
  "portal_id" uuid NOT NULL,
  "line_item_id" uuid NOT NULL,
  "sent_version" bigint DEFAULT 0 NOT NULL,
  "acknowledged_version" bigint DEFAULT 0 NOT NULL,
  "remote_properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_quote_line_item_states" PRIMARY KEY (portal_id, line_item_id),
  CONSTRAINT "ck_quote_line_item_states_acknowledged_after_sent" CHECK ((acknowledged_version <= sent_version)),
  CONSTRAINT "fk_quote_line_item_states_portal_id" FOREIGN KEY (portal_id) REFERENCES sync.hubspot_portals(id) ON DELETE CASCADE,
  CONSTRAINT "fk_quote_line_item_states_line_item_id" FOREIGN KEY (line_item_id) REFERENCES crm.quote_line_items(id) ON DELETE CASCADE
);
-- Create index ix_quote_line_item_states_line_item_id on quote_line_item_states
CREATE INDEX "ix_quote_line_item_states_line_item_id" ON "sync"."quote_line_item_states" (line_item_id);
-- Create trigger touch_updated_at on quote_line_item_states
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.quote_line_item_states FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Set comment of table sync.quote_line_item_states
COMMENT ON TABLE "sync"."quote_line_item_states" IS 'The last version of a line that each portal was sent, and confirmed';
-- Grant to "sync_worker" on table sync.quote_line_item_states
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."quote_line_item_states" TO "sync_worker";
-- Create table quote_line_item_conflicts
CREATE TABLE "sync"."quote_line_item_conflicts" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "portal_id" uuid NOT NULL,
  "line_item_id" uuid NOT NULL,
  "property_name" text NOT NULL,
  "ours" jsonb,
  "theirs" jsonb,
  "winner" sync.sync_direction,
  "found_at" timestamp with time zone DEFAULT now() NOT NULL,
  "resolved_at" timestamp with time zone,
  "resolved_by" uuid,
  CONSTRAINT "pk_quote_line_item_conflicts" PRIMARY KEY (id),
  CONSTRAINT "ck_quote_line_item_conflicts_resolved_has_winner" CHECK (((resolved_at IS NULL) = (winner IS NULL))),
  CONSTRAINT "ck_quote_line_item_conflicts_one_winner" CHECK ((winner <> 'both'::sync.sync_direction)),
  CONSTRAINT "fk_quote_line_item_conflicts_portal_id_line_item_id" FOREIGN KEY (portal_id, line_item_id) REFERENCES sync.quote_line_item_states(portal_id, line_item_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT "fk_quote_line_item_conflicts_resolved_by" FOREIGN KEY (resolved_by) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Create index ix_quote_line_item_conflicts_open on quote_line_item_conflicts
CREATE INDEX "ix_quote_line_item_conflicts_open" ON "sync"."quote_line_item_conflicts" (portal_id) WHERE (resolved_at IS NULL);
-- Grant to "sync_worker" on table sync.quote_line_item_conflicts
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "sync"."quote_line_item_conflicts" TO "sync_worker";
-- Create view line_item_lag
CREATE VIEW "sync"."line_item_lag" ("portal_id", "quote_id", "line_item_id", "versions_behind") AS
 SELECT s.portal_id,
    i.quote_id,
    i.id AS line_item_id,
    (i.sync_version - s.acknowledged_version) AS versions_behind
   FROM (sync.quote_line_item_states s
     JOIN crm.quote_line_items i ON ((i.id = s.line_item_id)))
  WHERE (i.sync_version > s.acknowledged_version);
-- Grant to "sync_worker" on view sync.line_item_lag
GRANT SELECT ON TABLE "sync"."line_item_lag" TO "sync_worker";
-- Replace function quote_totals_of
CREATE OR REPLACE FUNCTION crm.quote_totals_of(quote uuid)
 RETURNS crm.quote_totals
 LANGUAGE sql
 STABLE
AS $function$
    SELECT ROW(
        count(*),
        coalesce(sum(round(i.quantity * i.list_price, 2)), 0),
        coalesce(sum(i.net_amount), 0),
        coalesce(
            100 * (1 - sum(i.net_amount) FILTER (WHERE NOT i.is_credit)
                       / nullif(sum(i.quantity * i.list_price) FILTER (WHERE NOT i.is_credit), 0)),
            0
        )
    )::crm.quote_totals
    FROM crm.quote_line_items AS i
    WHERE i.quote_id = quote_totals_of.quote
$function$;
-- Replace view quote_overview
CREATE OR REPLACE VIEW "crm"."quote_overview" ("id", "number", "revision", "status", "account_id", "account_name", "currency", "net_total", "gross_total", "valid_until", "line_count", "discount_percent", "unsent_changes") WITH (security_invoker='true') AS
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
    t.discount_percent,
    ( SELECT count(*) AS count
           FROM sync.quote_line_item_outbox o
          WHERE ((o.quote_id = q.id) AND (o.status = 'pending'::sync.sync_status))) AS unsent_changes
   FROM ((crm.quotes q
     JOIN crm.accounts a ON ((a.id = q.account_id)))
     CROSS JOIN LATERAL crm.quote_totals_of(q.id) t(line_count, list_total, net_total, discount_percent));
-- Create procedure acknowledge_line_items
CREATE PROCEDURE sync.acknowledge_line_items(IN portal uuid, IN line_items uuid[], IN versions bigint[])
 LANGUAGE sql
AS $procedure$
    INSERT INTO sync.quote_line_item_states AS s (portal_id, line_item_id, sent_version, acknowledged_version)
    SELECT portal, a.line_item_id, a.version, a.version
    FROM unnest(line_items, versions) AS a (line_item_id, version)
    ON CONFLICT (portal_id, line_item_id) DO UPDATE
    SET sent_version = greatest(s.sent_version, excluded.sent_version),
        acknowledged_version = greatest(s.acknowledged_version, excluded.acknowledged_version)
$procedure$;
-- Revoke from PUBLIC on function sync.acknowledge_line_items(uuid, uuid[], bigint[])
REVOKE EXECUTE ON PROCEDURE "sync"."acknowledge_line_items"(uuid, uuid[], bigint[]) FROM PUBLIC;
-- Grant to "sync_worker" on function sync.acknowledge_line_items(uuid, uuid[], bigint[])
GRANT EXECUTE ON PROCEDURE "sync"."acknowledge_line_items"(uuid, uuid[], bigint[]) TO "sync_worker";
-- Create function count_line_version
CREATE FUNCTION sync.count_line_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    NEW.sync_version := OLD.sync_version + 1;
    RETURN NEW;
END
$function$;
-- Create trigger count_line_version on quote_line_items
CREATE TRIGGER count_line_version BEFORE UPDATE OF product_id, description, quantity, unit_price, discount_percent, starts_on, ends_on ON crm.quote_line_items FOR EACH ROW EXECUTE FUNCTION sync.count_line_version();
-- Create function enqueue_line_item
CREATE FUNCTION sync.enqueue_line_item()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    line crm.quote_line_items := coalesce(NEW, OLD);
BEGIN
    INSERT INTO sync.quote_line_item_outbox (line_item_id, quote_id, operation, version, hubspot_id)
    VALUES (
        line.id,
        line.quote_id,
        CASE TG_OP WHEN 'DELETE' THEN 'delete' ELSE 'upsert' END::sync.outbox_operation,
        line.sync_version,
        line.hubspot_id
    );
    RETURN NULL;
END
$function$;
-- Create trigger enqueue_new_line on quote_line_items
CREATE TRIGGER enqueue_new_line AFTER INSERT OR DELETE ON crm.quote_line_items FOR EACH ROW EXECUTE FUNCTION sync.enqueue_line_item();
-- Create trigger enqueue_changed_line on quote_line_items
CREATE TRIGGER enqueue_changed_line AFTER UPDATE ON crm.quote_line_items FOR EACH ROW WHEN ((old.sync_version <> new.sync_version)) EXECUTE FUNCTION sync.enqueue_line_item();
-- Drop index ix_quote_line_items_product_id
DROP INDEX "crm"."ix_quote_line_items_product_id";
-- Modify table quote_line_items: drop check ck_quote_line_items_quantity_positive, add check ck_quote_line_items_quantity_positive
ALTER TABLE "crm"."quote_line_items"
  DROP CONSTRAINT "ck_quote_line_items_quantity_positive",
  ADD CONSTRAINT "ck_quote_line_items_quantity_positive" CHECK (((quantity > (0)::numeric) OR is_credit));
-- Create index ix_quote_line_items_product_id on quote_line_items
CREATE INDEX "ix_quote_line_items_product_id" ON "crm"."quote_line_items" (product_id) INCLUDE (quantity, net_amount);
