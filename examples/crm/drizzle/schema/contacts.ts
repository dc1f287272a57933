// People at the accounts, what they agreed to, and what was said to them.
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bigint, crm, emailAddress, foreign, hubSpotLinked, keyed, moment, timestamped } from "./base";
import { activityKind, leadSource, lifecycleStage } from "./enums";
import { accounts } from "./accounts";
import { deals } from "./deals";
import { users } from "./identity";

export const contacts = crm.table("contacts", {
  ...keyed,
  accountId: uuid("account_id"),
  ownerId: uuid("owner_id"),
  givenName: text("given_name"),
  familyName: text("family_name"),
  fullName: text("full_name").notNull()
    .generatedAlwaysAs(sql`btrim(coalesce(given_name, '') || ' ' || coalesce(family_name, ''))`),
  email: emailAddress("email"),
  jobTitle: text("job_title"),
  language: text("language").default("en").notNull(),
  source: leadSource("source"),
  stage: lifecycleStage("stage").default("lead").notNull(),
  archivedAt: moment("archived_at"),
  ...hubSpotLinked,
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_contacts", columns: [t.id] }),
  unique("uq_contacts_account_id_email").on(t.accountId, t.email),
  check("ck_contacts_email_or_name", sql`email IS NOT NULL OR family_name IS NOT NULL`),
  foreign("fk_contacts_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_contacts_owner_id", t.ownerId, users.id),
  index("ix_contacts_email").on(t.email),
  index("ix_contacts_full_name_lower").on(sql`lower(full_name)`),
  index("ix_contacts_owner_id_stage").on(t.ownerId, t.stage).where(sql`archived_at IS NULL`),
  uniqueIndex("uq_contacts_hubspot_id").on(t.hubspotId).where(sql`hubspot_id IS NOT NULL`),
]);

export const contactConsents = crm.table("contact_consents", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  contactId: uuid("contact_id").notNull(),
  purpose: text("purpose").notNull(),
  grantedAt: moment("granted_at").defaultNow().notNull(),
  withdrawnAt: moment("withdrawn_at"),
  evidence: jsonb("evidence").default({}).notNull(),
}, (t) => [
  primaryKey({ name: "pk_contact_consents", columns: [t.id] }),
  check("ck_contact_consents_withdrawn_after_granted", sql`withdrawn_at >= granted_at`),
  foreign("fk_contact_consents_contact_id", t.contactId, contacts.id).onDelete("cascade"),
  uniqueIndex("uq_contact_consents_current").on(t.contactId, t.purpose).where(sql`withdrawn_at IS NULL`),
]);

export const contactMerges = crm.table("contact_merges", {
  mergedId: uuid("merged_id"),
  contactId: uuid("contact_id").notNull(),
  mergedBy: uuid("merged_by"),
  mergedAt: moment("merged_at").defaultNow().notNull(),
  snapshot: jsonb("snapshot").notNull(),
}, (t) => [
  primaryKey({ name: "pk_contact_merges", columns: [t.mergedId] }),
  foreign("fk_contact_merges_contact_id", t.contactId, contacts.id).onDelete("cascade"),
  foreign("fk_contact_merges_merged_by", t.mergedBy, users.id),
  index("ix_contact_merges_contact_id").on(t.contactId),
]);

export const activities = crm.table("activities", {
  ...keyed,
  kind: activityKind("kind").notNull(),
  accountId: uuid("account_id"),
  contactId: uuid("contact_id"),
  dealId: uuid("deal_id"),
  authorId: uuid("author_id"),
  subject: text("subject").notNull(),
  body: text("body"),
  occurredAt: moment("occurred_at").defaultNow().notNull(),
  durationMinutes: integer("duration_minutes"),
  details: jsonb("details").default({}).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_activities", columns: [t.id] }),
  check("ck_activities_about_something", sql`num_nonnulls(account_id, contact_id, deal_id) >= 1`),
  check("ck_activities_duration_positive", sql`duration_minutes > 0`),
  foreign("fk_activities_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_activities_contact_id", t.contactId, contacts.id).onDelete("set null"),
  foreign("fk_activities_deal_id", t.dealId, deals.id).onDelete("set null"),
  foreign("fk_activities_author_id", t.authorId, users.id),
  index("ix_activities_account_id_occurred_at").on(t.accountId, t.occurredAt.desc().nullsFirst()),
  index("ix_activities_contact_id_occurred_at").on(t.contactId, t.occurredAt.desc().nullsFirst()),
  index("ix_activities_deal_id").on(t.dealId),
  index("ix_activities_details").using("gin", t.details.op("jsonb_path_ops")),
]);
