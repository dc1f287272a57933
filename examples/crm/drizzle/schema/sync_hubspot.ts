// How far each HubSpot portal has been synchronised, with which mapping, and what went wrong.
import { sql } from "drizzle-orm";
import {
  boolean, check, index, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import { bigint, foreign, keyed, moment, sync, timestamped } from "./base";
import { hubspotObject, syncDirection, syncStatus } from "./enums";
import { enumMappingSets } from "./sync_enums";

export const hubspotPortals = sync.table("hubspot_portals", {
  ...keyed,
  portalNumber: bigint("portal_number").notNull(),
  name: text("name").notNull(),
  secretName: text("secret_name").notNull(),
  isEnabled: boolean("is_enabled").default(true).notNull(),
  requestsPerSecond: integer("requests_per_second").default(10).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_hubspot_portals", columns: [t.id] }),
  unique("uq_hubspot_portals_portal_number").on(t.portalNumber),
  check("ck_hubspot_portals_portal_number_positive", sql`portal_number > 0`),
]);

export const hubspotCursors = sync.table("hubspot_cursors", {
  portalId: uuid("portal_id"),
  objectType: hubspotObject("object_type"),
  direction: syncDirection("direction"),
  position: text("position"),
  lockedBy: text("locked_by"),
  lockedUntil: moment("locked_until"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_hubspot_cursors", columns: [t.portalId, t.objectType, t.direction] }),
  check("ck_hubspot_cursors_lock_is_whole", sql`(locked_by IS NULL) = (locked_until IS NULL)`),
  foreign("fk_hubspot_cursors_portal_id", t.portalId, hubspotPortals.id).onDelete("cascade"),
]);

export const hubspotPropertyMappings = sync.table("hubspot_property_mappings", {
  ...keyed,
  portalId: uuid("portal_id").notNull(),
  objectType: hubspotObject("object_type").notNull(),
  propertyName: text("property_name").notNull(),
  columnName: text("column_name").notNull(),
  direction: syncDirection("direction").default("both").notNull(),
  transform: text("transform").default("none").notNull(),
  enumSetId: uuid("enum_set_id"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_hubspot_property_mappings", columns: [t.id] }),
  unique("uq_hubspot_property_mappings_portal_id_object_type_prop_b5a8")
    .on(t.portalId, t.objectType, t.propertyName, t.direction),
  check("ck_hubspot_property_mappings_enum_has_set", sql`(transform = 'enum') = (enum_set_id IS NOT NULL)`),
  check("ck_hubspot_property_mappings_known_transform", sql`transform IN ('none', 'trim', 'lower', 'date', 'enum')`),
  foreign("fk_hubspot_property_mappings_portal_id", t.portalId, hubspotPortals.id).onDelete("cascade"),
  foreign("fk_hubspot_property_mappings_enum_set_id", t.enumSetId, enumMappingSets.id),
  index("ix_hubspot_property_mappings_enum_set_id").on(t.enumSetId),
]);

export const hubspotSyncRuns = sync.table("hubspot_sync_runs", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  portalId: uuid("portal_id").notNull(),
  objectType: hubspotObject("object_type").notNull(),
  direction: syncDirection("direction").notNull(),
  status: syncStatus("status").default("pending").notNull(),
  startedAt: moment("started_at").defaultNow().notNull(),
  finishedAt: moment("finished_at"),
  rowsRead: integer("rows_read").default(0).notNull(),
  rowsWritten: integer("rows_written").default(0).notNull(),
}, (t) => [
  primaryKey({ name: "pk_hubspot_sync_runs", columns: [t.id] }),
  check("ck_hubspot_sync_runs_finished_after_started", sql`finished_at >= started_at`),
  foreign("fk_hubspot_sync_runs_portal_id", t.portalId, hubspotPortals.id).onDelete("cascade"),
  index("ix_hubspot_sync_runs_portal_id_started_at").on(t.portalId, t.startedAt.desc().nullsFirst()),
  uniqueIndex("uq_hubspot_sync_runs_running").on(t.portalId, t.objectType, t.direction).where(sql`status = 'running'`),
]);

export const hubspotSyncFailures = sync.table("hubspot_sync_failures", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  runId: bigint("run_id").notNull(),
  hubspotId: bigint("hubspot_id"),
  rowId: uuid("row_id"),
  message: text("message").notNull(),
  response: jsonb("response"),
  attempts: integer("attempts").default(1).notNull(),
  retryAt: moment("retry_at"),
  resolvedAt: moment("resolved_at"),
}, (t) => [
  primaryKey({ name: "pk_hubspot_sync_failures", columns: [t.id] }),
  foreign("fk_hubspot_sync_failures_run_id", t.runId, hubspotSyncRuns.id).onDelete("cascade"),
  index("ix_hubspot_sync_failures_retry").on(t.retryAt).where(sql`resolved_at IS NULL`),
  index("ix_hubspot_sync_failures_run_id").on(t.runId),
]);

export const hubspotWebhookEvents = sync.table("hubspot_webhook_events", {
  eventId: bigint("event_id"),
  portalId: uuid("portal_id"),
  subscription: text("subscription").notNull(),
  hubspotId: bigint("hubspot_id").notNull(),
  payload: jsonb("payload").notNull(),
  receivedAt: moment("received_at").defaultNow().notNull(),
  processedAt: moment("processed_at"),
}, (t) => [
  primaryKey({ name: "pk_hubspot_webhook_events", columns: [t.eventId, t.portalId] }),
  foreign("fk_hubspot_webhook_events_portal_id", t.portalId, hubspotPortals.id).onDelete("cascade"),
  index("ix_hubspot_webhook_events_unprocessed").on(t.receivedAt).where(sql`processed_at IS NULL`),
]);
