// Quote lines in HubSpot: what each line looks like there, the changes on their way, and the conflicts met.
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bigint, foreign, moment, sync, timestamped } from "./base";
import { outboxOperation, syncDirection, syncStatus } from "./enums";
import { users } from "./identity";
import { quoteLineItems } from "./quotes";
import { hubspotPortals } from "./sync_hubspot";

export const quoteLineItemStates = sync.table("quote_line_item_states", {
  portalId: uuid("portal_id"),
  lineItemId: uuid("line_item_id"),
  sentVersion: bigint("sent_version").default(0).notNull(),
  acknowledgedVersion: bigint("acknowledged_version").default(0).notNull(),
  remoteProperties: jsonb("remote_properties").default({}).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_quote_line_item_states", columns: [t.portalId, t.lineItemId] }),
  check("ck_quote_line_item_states_acknowledged_after_sent", sql`acknowledged_version <= sent_version`),
  foreign("fk_quote_line_item_states_portal_id", t.portalId, hubspotPortals.id).onDelete("cascade"),
  foreign("fk_quote_line_item_states_line_item_id", t.lineItemId, quoteLineItems.id).onDelete("cascade"),
  index("ix_quote_line_item_states_line_item_id").on(t.lineItemId),
]);

export const quoteLineItemOutbox = sync.table("quote_line_item_outbox", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  lineItemId: uuid("line_item_id").notNull(),
  quoteId: uuid("quote_id").notNull(),
  operation: outboxOperation("operation").notNull(),
  version: bigint("version").notNull(),
  hubspotId: bigint("hubspot_id"),
  status: syncStatus("status").default("pending").notNull(),
  attempts: integer("attempts").default(0).notNull(),
  enqueuedAt: moment("enqueued_at").defaultNow().notNull(),
  sentAt: moment("sent_at"),
}, (t) => [
  primaryKey({ name: "pk_quote_line_item_outbox", columns: [t.id] }),
  index("ix_quote_line_item_outbox_pending").on(t.id).where(sql`status = 'pending'`),
  index("ix_quote_line_item_outbox_quote_id").on(t.quoteId),
]);

export const quoteLineItemConflicts = sync.table("quote_line_item_conflicts", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  portalId: uuid("portal_id").notNull(),
  lineItemId: uuid("line_item_id").notNull(),
  propertyName: text("property_name").notNull(),
  ours: jsonb("ours"),
  theirs: jsonb("theirs"),
  winner: syncDirection("winner"),
  foundAt: moment("found_at").defaultNow().notNull(),
  resolvedAt: moment("resolved_at"),
  resolvedBy: uuid("resolved_by"),
}, (t) => [
  primaryKey({ name: "pk_quote_line_item_conflicts", columns: [t.id] }),
  check("ck_quote_line_item_conflicts_resolved_has_winner", sql`(resolved_at IS NULL) = (winner IS NULL)`),
  check("ck_quote_line_item_conflicts_one_winner", sql`winner <> 'both'`),
  foreign("fk_quote_line_item_conflicts_resolved_by", t.resolvedBy, users.id).onDelete("set null"),
  index("ix_quote_line_item_conflicts_open").on(t.portalId).where(sql`resolved_at IS NULL`),
]);
