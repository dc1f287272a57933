// What customers paid: methods, payments, allocations to invoices, refunds, and the gateway's events.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, index, jsonb, primaryKey, text, unique, uniqueIndex, uuid, varchar,
} from "drizzle-orm/pg-core";
import { billing, currency, foreign, keyed, moment, money, timestamped } from "./base";
import { paymentMethodKind, paymentStatus } from "./enums";
import { accounts } from "./accounts";
import { creditNotes, invoices } from "./invoices";
import { currencies } from "./pricing";

export const paymentMethods = billing.table("payment_methods", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  kind: paymentMethodKind("kind").notNull(),
  gatewayReference: text("gateway_reference").notNull(),
  lastFour: varchar("last_four", { length: 4 }),
  expiresOn: date("expires_on"),
  isDefault: boolean("is_default").default(false).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_payment_methods", columns: [t.id] }),
  unique("uq_payment_methods_gateway_reference").on(t.gatewayReference),
  check("ck_payment_methods_card_has_last_four", sql`kind <> 'card' OR last_four ~ '^[0-9]{4}$'`),
  foreign("fk_payment_methods_account_id", t.accountId, accounts.id).onDelete("cascade"),
  uniqueIndex("uq_payment_methods_default").on(t.accountId).where(sql`is_default`),
]);

export const payments = billing.table("payments", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  methodId: uuid("method_id"),
  status: paymentStatus("status").default("pending").notNull(),
  currency: currency("currency").notNull(),
  amount: money("amount").notNull(),
  gatewayReference: text("gateway_reference"),
  receivedAt: moment("received_at"),
  failureCode: text("failure_code"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_payments", columns: [t.id] }),
  check("ck_payments_amount_positive", sql`amount > 0`),
  foreign("fk_payments_account_id", t.accountId, accounts.id),
  foreign("fk_payments_method_id", t.methodId, paymentMethods.id).onDelete("set null"),
  foreign("fk_payments_currency", t.currency, currencies.code),
  index("ix_payments_account_id_received_at").on(t.accountId, sql`received_at DESC NULLS LAST`),
  uniqueIndex("uq_payments_gateway_reference").on(t.gatewayReference).where(sql`gateway_reference IS NOT NULL`),
]);

export const paymentAllocations = billing.table("payment_allocations", {
  paymentId: uuid("payment_id"),
  invoiceId: uuid("invoice_id"),
  amount: money("amount").notNull(),
  allocatedAt: moment("allocated_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_payment_allocations", columns: [t.paymentId, t.invoiceId] }),
  check("ck_payment_allocations_amount_positive", sql`amount > 0`),
  foreign("fk_payment_allocations_payment_id", t.paymentId, payments.id).onDelete("cascade"),
  foreign("fk_payment_allocations_invoice_id", t.invoiceId, invoices.id),
  index("ix_payment_allocations_invoice_id").on(t.invoiceId),
]);

export const refunds = billing.table("refunds", {
  ...keyed,
  paymentId: uuid("payment_id").notNull(),
  creditNoteId: uuid("credit_note_id"),
  amount: money("amount").notNull(),
  reason: text("reason"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_refunds", columns: [t.id] }),
  check("ck_refunds_amount_positive", sql`amount > 0`),
  foreign("fk_refunds_payment_id", t.paymentId, payments.id),
  foreign("fk_refunds_credit_note_id", t.creditNoteId, creditNotes.id),
  index("ix_refunds_payment_id").on(t.paymentId),
]);

export const gatewayEvents = billing.table("gateway_events", {
  eventId: text("event_id"),
  kind: text("kind").notNull(),
  payload: jsonb("payload").notNull(),
  receivedAt: moment("received_at").defaultNow().notNull(),
  processedAt: moment("processed_at"),
  error: text("error"),
}, (t) => [
  primaryKey({ name: "pk_gateway_events", columns: [t.eventId] }),
  index("ix_gateway_events_unprocessed").on(t.receivedAt).where(sql`processed_at IS NULL`),
]);
