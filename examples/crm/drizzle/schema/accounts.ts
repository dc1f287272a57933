// Companies: the accounts, where they are, what they belong to, and who looks after them.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, index, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import {
  bigint, countryCode, crm, currency, daterange, foreign, hubSpotLinked, keyed, moment, money, percentage,
  timestamped, tsvector,
} from "./base";
import { accountKind, addressKind, leadSource } from "./enums";
import { teams, users } from "./identity";
import { currencies } from "./pricing";

export const industries = crm.table("industries", {
  code: text("code"),
  label: text("label").notNull(),
  parentCode: text("parent_code"),
}, (t) => [
  primaryKey({ name: "pk_industries", columns: [t.code] }),
  unique("uq_industries_label").on(t.label),
  foreign("fk_industries_parent_code", t.parentCode, t.code),
]);

export const territories = crm.table("territories", {
  ...keyed,
  name: text("name").notNull(),
  countries: text("countries").array().default(sql`'{}'`).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_territories", columns: [t.id] }),
  unique("uq_territories_name").on(t.name),
  index("ix_territories_countries").using("gin", t.countries),
]);

export const territoryAssignments = crm.table("territory_assignments", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  territoryId: uuid("territory_id").notNull(),
  teamId: uuid("team_id").notNull(),
  during: daterange("during").notNull(),
}, (t) => [
  primaryKey({ name: "pk_territory_assignments", columns: [t.id] }),
  check("ck_territory_assignments_during_not_empty", sql`NOT isempty(during)`),
  foreign("fk_territory_assignments_territory_id", t.territoryId, territories.id).onDelete("cascade"),
  foreign("fk_territory_assignments_team_id", t.teamId, teams.id),
  index("ix_territory_assignments_team_id").on(t.teamId),
]);

export const accounts = crm.table("accounts", {
  ...keyed,
  name: text("name").notNull(),
  legalName: text("legal_name"),
  kind: accountKind("kind").default("prospect").notNull(),
  source: leadSource("source"),
  industryCode: text("industry_code"),
  territoryId: uuid("territory_id"),
  ownerId: uuid("owner_id"),
  parentId: uuid("parent_id"),
  primaryContactId: uuid("primary_contact_id"),
  website: text("website"),
  taxNumber: text("tax_number"),
  currency: currency("currency").default("EUR").notNull(),
  annualRevenue: money("annual_revenue"),
  employeeCount: integer("employee_count"),
  tags: text("tags").array().default(sql`'{}'`).notNull(),
  attributes: jsonb("attributes").default({}).notNull(),
  archivedAt: moment("archived_at"),
  search: tsvector("search").notNull()
    .generatedAlwaysAs(sql`to_tsvector('simple', name || ' ' || coalesce(legal_name, ''))`),
  ...hubSpotLinked,
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_accounts", columns: [t.id] }),
  check("ck_accounts_name_length", sql`char_length(name) BETWEEN 1 AND 200`),
  check("ck_accounts_annual_revenue_not_negative", sql`annual_revenue >= 0`),
  check("ck_accounts_not_own_parent", sql`parent_id <> id`),
  foreign("fk_accounts_industry_code", t.industryCode, industries.code).onUpdate("cascade"),
  foreign("fk_accounts_territory_id", t.territoryId, territories.id).onDelete("set null"),
  foreign("fk_accounts_owner_id", t.ownerId, users.id),
  foreign("fk_accounts_parent_id", t.parentId, t.id),
  foreign("fk_accounts_currency", t.currency, currencies.code),
  index("ix_accounts_domain").on(sql`crm.normalize_domain(website)`).where(sql`website IS NOT NULL`),
  index("ix_accounts_industry_code").on(t.industryCode),
  index("ix_accounts_name_trgm").using("gin", t.name.op("public.gin_trgm_ops")),
  index("ix_accounts_parent_id").on(t.parentId),
  index("ix_accounts_primary_contact_id").on(t.primaryContactId),
  index("ix_accounts_search").using("gin", t.search),
  index("ix_accounts_tags").using("gin", t.tags),
  index("ix_accounts_territory_id").on(t.territoryId),
  uniqueIndex("uq_accounts_hubspot_id").on(t.hubspotId).where(sql`hubspot_id IS NOT NULL`),
]);

export const accountAddresses = crm.table("account_addresses", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  kind: addressKind("kind").notNull(),
  isDefault: boolean("is_default").default(false).notNull(),
  street: text("street").array().notNull(),
  postalCode: text("postal_code"),
  city: text("city").notNull(),
  region: text("region"),
  country: countryCode("country").notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_account_addresses", columns: [t.id] }),
  foreign("fk_account_addresses_account_id", t.accountId, accounts.id).onDelete("cascade"),
  index("ix_account_addresses_account_id").on(t.accountId),
  uniqueIndex("uq_account_addresses_default").on(t.accountId, t.kind).where(sql`is_default`),
]);

export const accountRelationships = crm.table("account_relationships", {
  fromAccountId: uuid("from_account_id"),
  toAccountId: uuid("to_account_id"),
  kind: text("kind"),
  share: percentage("share"),
}, (t) => [
  primaryKey({ name: "pk_account_relationships", columns: [t.fromAccountId, t.toAccountId, t.kind] }),
  check("ck_account_relationships_not_with_itself", sql`from_account_id <> to_account_id`),
  check(
    "ck_account_relationships_known_kind",
    sql`kind IN ('reseller_of', 'subsidiary_of', 'competitor_of', 'supplier_of')`,
  ),
  foreign("fk_account_relationships_from_account_id", t.fromAccountId, accounts.id).onDelete("cascade"),
  foreign("fk_account_relationships_to_account_id", t.toAccountId, accounts.id).onDelete("cascade"),
  index("ix_account_relationships_to_account_id").on(t.toAccountId),
]);

export const accountTeamMembers = crm.table("account_team_members", {
  accountId: uuid("account_id"),
  userId: uuid("user_id"),
  role: text("role").notNull(),
  split: percentage("split").default(sql`100`).notNull(),
  addedAt: moment("added_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_account_team_members", columns: [t.accountId, t.userId] }),
  check("ck_account_team_members_split_positive", sql`split > 0`),
  foreign("fk_account_team_members_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_account_team_members_user_id", t.userId, users.id).onDelete("cascade"),
  index("ix_account_team_members_user_id").on(t.userId),
]);

export const creditLimits = crm.table("credit_limits", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  accountId: uuid("account_id").notNull(),
  currency: currency("currency").notNull(),
  amount: money("amount").notNull(),
  reviewedOn: date("reviewed_on").default(sql`CURRENT_DATE`).notNull(),
}, (t) => [
  primaryKey({ name: "pk_credit_limits", columns: [t.id] }),
  unique("uq_credit_limits_account_id_currency").on(t.accountId, t.currency),
  check("ck_credit_limits_amount_not_negative", sql`amount >= 0`),
  foreign("fk_credit_limits_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_credit_limits_currency", t.currency, currencies.code),
]);
