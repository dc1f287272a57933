// Opportunities and the pipelines in which they move.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, foreignKey, index, jsonb, primaryKey, smallint, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import { bigint, crm, currency, foreign, hubSpotLinked, keyed, moment, money, percentage, timestamped } from "./base";
import { dealStatus, leadSource } from "./enums";
import { accounts } from "./accounts";
import { contacts } from "./contacts";
import { users } from "./identity";
import { currencies } from "./pricing";

export const pipelines = crm.table("pipelines", {
  ...keyed,
  name: text("name").notNull(),
  isDefault: boolean("is_default").default(false).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_pipelines", columns: [t.id] }),
  unique("uq_pipelines_name").on(t.name),
  uniqueIndex("uq_pipelines_default").on(sql`(true)`).where(sql`is_default`),
]);

export const pipelineStages = crm.table("pipeline_stages", {
  pipelineId: uuid("pipeline_id"),
  code: text("code"),
  label: text("label").notNull(),
  position: smallint("position").notNull(),
  probability: percentage("probability").notNull(),
}, (t) => [
  primaryKey({ name: "pk_pipeline_stages", columns: [t.pipelineId, t.code] }),
  check("ck_pipeline_stages_code_is_identifier", sql`code ~ '^[a-z][a-z0-9_]*$'`),
  foreign("fk_pipeline_stages_pipeline_id", t.pipelineId, pipelines.id).onDelete("cascade"),
]);

export const deals = crm.table("deals", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  ownerId: uuid("owner_id").notNull(),
  pipelineId: uuid("pipeline_id").notNull(),
  stageCode: text("stage_code").notNull(),
  name: text("name").notNull(),
  status: dealStatus("status").default("open").notNull(),
  source: leadSource("source"),
  amount: money("amount").default(sql`0`).notNull(),
  currency: currency("currency").default("EUR").notNull(),
  expectedCloseOn: date("expected_close_on"),
  closedAt: moment("closed_at"),
  lostReason: text("lost_reason"),
  customFields: jsonb("custom_fields").default({}).notNull(),
  ...hubSpotLinked,
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_deals", columns: [t.id] }),
  check("ck_deals_closed_when_not_open", sql`(status = 'open') = (closed_at IS NULL)`),
  check("ck_deals_lost_has_reason", sql`status <> 'lost' OR lost_reason IS NOT NULL`),
  foreignKey({
    name: "fk_deals_pipeline_id_stage_code",
    columns: [t.pipelineId, t.stageCode],
    foreignColumns: [pipelineStages.pipelineId, pipelineStages.code],
  }).onUpdate("cascade"),
  foreign("fk_deals_account_id", t.accountId, accounts.id),
  foreign("fk_deals_owner_id", t.ownerId, users.id),
  foreign("fk_deals_currency", t.currency, currencies.code),
  index("ix_deals_account_id").on(t.accountId),
  uniqueIndex("uq_deals_hubspot_id").on(t.hubspotId).where(sql`hubspot_id IS NOT NULL`),
]);

export const dealContacts = crm.table("deal_contacts", {
  dealId: uuid("deal_id"),
  contactId: uuid("contact_id"),
  role: text("role"),
  isPrimary: boolean("is_primary").default(false).notNull(),
}, (t) => [
  primaryKey({ name: "pk_deal_contacts", columns: [t.dealId, t.contactId] }),
  foreign("fk_deal_contacts_deal_id", t.dealId, deals.id).onDelete("cascade"),
  foreign("fk_deal_contacts_contact_id", t.contactId, contacts.id).onDelete("cascade"),
  index("ix_deal_contacts_contact_id").on(t.contactId),
  uniqueIndex("uq_deal_contacts_primary").on(t.dealId).where(sql`is_primary`),
]);

export const dealStageChanges = crm.table("deal_stage_changes", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  dealId: uuid("deal_id").notNull(),
  fromStage: text("from_stage"),
  toStage: text("to_stage").notNull(),
  changedAt: moment("changed_at").defaultNow().notNull(),
  changedBy: uuid("changed_by"),
}, (t) => [
  primaryKey({ name: "pk_deal_stage_changes", columns: [t.id] }),
  foreign("fk_deal_stage_changes_deal_id", t.dealId, deals.id).onDelete("cascade"),
  foreign("fk_deal_stage_changes_changed_by", t.changedBy, users.id),
  index("ix_deal_stage_changes_deal_id_changed_at").on(t.dealId, t.changedAt),
]);
