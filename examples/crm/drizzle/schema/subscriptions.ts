// What customers have bought and keep using: contracts, subscriptions, usage.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, index, integer, jsonb, numeric, primaryKey, text, unique, uuid,
} from "drizzle-orm/pg-core";
import {
  bigint, billing, currency, daterange, foreign, keyed, moment, percentage, quantity, timestamped, unitPrice,
} from "./base";
import { billingPeriod, subscriptionStatus } from "./enums";
import { accounts } from "./accounts";
import { users } from "./identity";
import { currencies } from "./pricing";
import { products } from "./products";
import { quotes } from "./quotes";

export const contracts = billing.table("contracts", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  quoteId: uuid("quote_id"),
  term: daterange("term").notNull(),
  autoRenews: boolean("auto_renews").default(true).notNull(),
  noticeDays: integer("notice_days").default(30).notNull(),
  signedAt: moment("signed_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_contracts", columns: [t.id] }),
  unique("uq_contracts_quote_id").on(t.quoteId),
  check("ck_contracts_term_not_empty", sql`NOT isempty(term)`),
  foreign("fk_contracts_account_id", t.accountId, accounts.id),
  foreign("fk_contracts_quote_id", t.quoteId, quotes.id),
  index("ix_contracts_account_id").on(t.accountId),
  index("ix_contracts_term").using("gist", t.term),
]);

export const subscriptions = billing.table("subscriptions", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  contractId: uuid("contract_id"),
  status: subscriptionStatus("status").default("trial").notNull(),
  currency: currency("currency").notNull(),
  period: billingPeriod("period").default("month").notNull(),
  currentPeriodStart: date("current_period_start").notNull(),
  currentPeriodEnd: date("current_period_end").notNull(),
  cancelledAt: moment("cancelled_at"),
  cancelReason: text("cancel_reason"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_subscriptions", columns: [t.id] }),
  check("ck_subscriptions_cancelled_has_date", sql`(status = 'cancelled') = (cancelled_at IS NOT NULL)`),
  foreign("fk_subscriptions_account_id", t.accountId, accounts.id),
  foreign("fk_subscriptions_contract_id", t.contractId, contracts.id),
  foreign("fk_subscriptions_currency", t.currency, currencies.code),
  index("ix_subscriptions_account_id").on(t.accountId),
  index("ix_subscriptions_contract_id").on(t.contractId),
  index("ix_subscriptions_renewal").on(t.currentPeriodEnd).where(sql`status IN ('active', 'past_due')`),
]);

export const subscriptionItems = billing.table("subscription_items", {
  ...keyed,
  subscriptionId: uuid("subscription_id").notNull(),
  productId: uuid("product_id").notNull(),
  quantity: quantity("quantity").notNull(),
  unitPrice: unitPrice("unit_price").notNull(),
  discountPercent: percentage("discount_percent").default(sql`0`).notNull(),
  isAddon: boolean("is_addon").default(false).notNull(),
  during: daterange("during").default(sql`daterange(CURRENT_DATE, NULL)`).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_subscription_items", columns: [t.id] }),
  check("ck_subscription_items_quantity_positive", sql`quantity > 0`),
  foreign("fk_subscription_items_subscription_id", t.subscriptionId, subscriptions.id).onDelete("cascade"),
  foreign("fk_subscription_items_product_id", t.productId, products.id),
  index("ix_subscription_items_product_id").on(t.productId),
]);

export const subscriptionAmendments = billing.table("subscription_amendments", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  subscriptionId: uuid("subscription_id").notNull(),
  quoteId: uuid("quote_id"),
  effectiveOn: date("effective_on").notNull(),
  changes: jsonb("changes").notNull(),
  madeBy: uuid("made_by"),
  madeAt: moment("made_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_subscription_amendments", columns: [t.id] }),
  foreign("fk_subscription_amendments_subscription_id", t.subscriptionId, subscriptions.id).onDelete("cascade"),
  foreign("fk_subscription_amendments_quote_id", t.quoteId, quotes.id),
  foreign("fk_subscription_amendments_made_by", t.madeBy, users.id),
  index("ix_subscription_amendments_subscription_id").on(t.subscriptionId),
]);

export const usageMeters = billing.table("usage_meters", {
  ...keyed,
  code: text("code").notNull(),
  productId: uuid("product_id").notNull(),
  aggregation: text("aggregation").default("sum").notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_usage_meters", columns: [t.id] }),
  unique("uq_usage_meters_code").on(t.code),
  check("ck_usage_meters_known_aggregation", sql`aggregation IN ('sum', 'max', 'last')`),
  foreign("fk_usage_meters_product_id", t.productId, products.id),
  index("ix_usage_meters_product_id").on(t.productId),
]);

export const usageRecords = billing.table("usage_records", {
  id: bigint("id").generatedAlwaysAsIdentity({ cache: 50 }),
  subscriptionId: uuid("subscription_id").notNull(),
  meterId: uuid("meter_id").notNull(),
  amount: numeric("amount", { precision: 20, scale: 6 }).notNull(),
  idempotencyKey: text("idempotency_key").notNull(),
  recordedAt: moment("recorded_at").defaultNow().notNull(),
  billedAt: moment("billed_at"),
}, (t) => [
  primaryKey({ name: "pk_usage_records", columns: [t.id] }),
  unique("uq_usage_records_meter_id_idempotency_key").on(t.meterId, t.idempotencyKey),
  foreign("fk_usage_records_subscription_id", t.subscriptionId, subscriptions.id),
  foreign("fk_usage_records_meter_id", t.meterId, usageMeters.id),
  index("ix_usage_records_recorded_at").using("brin", t.recordedAt).with({ pages_per_range: 64 }),
]);
