// What customers owe: billing profiles, taxes, invoices and credit notes.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, foreignKey, index, integer, primaryKey, smallint, text, unique, uuid,
} from "drizzle-orm/pg-core";
import {
  bigint, billing, countryCode, currency, daterange, emailAddress, foreign, keyed, moment, money, percentage,
  quantity, timestamped, unitPrice,
} from "./base";
import { invoiceStatus } from "./enums";
import { accountAddresses, accounts } from "./accounts";
import { currencies } from "./pricing";
import { products } from "./products";
import { quoteLineItems, quotes } from "./quotes";
import { subscriptions } from "./subscriptions";

export const profiles = billing.table("profiles", {
  ...keyed,
  accountId: uuid("account_id").notNull(),
  addressId: uuid("address_id"),
  email: emailAddress("email").notNull(),
  paymentTermsDays: smallint("payment_terms_days").default(30).notNull(),
  purchaseOrderRequired: boolean("purchase_order_required").default(false).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_profiles", columns: [t.id] }),
  unique("uq_profiles_account_id").on(t.accountId),
  check("ck_profiles_payment_terms_range", sql`payment_terms_days BETWEEN 0 AND 180`),
  foreign("fk_profiles_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_profiles_address_id", t.addressId, accountAddresses.id).onDelete("set null"),
]);

export const taxRates = billing.table("tax_rates", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  country: countryCode("country").notNull(),
  category: text("category").default("standard").notNull(),
  percent: percentage("percent").notNull(),
  during: daterange("during").notNull(),
}, (t) => [
  primaryKey({ name: "pk_tax_rates", columns: [t.id] }),
]);

export const invoices = billing.table("invoices", {
  ...keyed,
  number: text("number"),
  accountId: uuid("account_id").notNull(),
  subscriptionId: uuid("subscription_id"),
  quoteId: uuid("quote_id"),
  status: invoiceStatus("status").default("draft").notNull(),
  currency: currency("currency").notNull(),
  issuedOn: date("issued_on"),
  dueOn: date("due_on"),
  netTotal: money("net_total").default(sql`0`).notNull(),
  taxTotal: money("tax_total").default(sql`0`).notNull(),
  grossTotal: money("gross_total").default(sql`0`).notNull(),
  paidTotal: money("paid_total").default(sql`0`).notNull(),
  purchaseOrder: text("purchase_order"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_invoices", columns: [t.id] }),
  unique("uq_invoices_number").on(t.number),
  check("ck_invoices_numbered_when_issued", sql`(status = 'draft') = (number IS NULL)`),
  check("ck_invoices_due_after_issued", sql`due_on >= issued_on`),
  check("ck_invoices_not_overpaid", sql`paid_total BETWEEN 0 AND gross_total`),
  foreign("fk_invoices_account_id", t.accountId, accounts.id),
  foreign("fk_invoices_subscription_id", t.subscriptionId, subscriptions.id),
  foreign("fk_invoices_quote_id", t.quoteId, quotes.id),
  foreign("fk_invoices_currency", t.currency, currencies.code),
  index("ix_invoices_account_id_issued_on").on(t.accountId, sql`issued_on DESC NULLS FIRST`),
  index("ix_invoices_quote_id").on(t.quoteId),
  index("ix_invoices_subscription_id").on(t.subscriptionId),
]);

export const invoiceLines = billing.table("invoice_lines", {
  invoiceId: uuid("invoice_id"),
  lineNo: integer("line_no"),
  productId: uuid("product_id"),
  quoteLineItemId: uuid("quote_line_item_id"),
  taxRateId: bigint("tax_rate_id"),
  description: text("description").notNull(),
  quantity: quantity("quantity").notNull(),
  unitPrice: unitPrice("unit_price").notNull(),
  netAmount: money("net_amount").notNull().generatedAlwaysAs(sql`round(quantity * unit_price, 2)`),
  taxAmount: money("tax_amount").default(sql`0`).notNull(),
}, (t) => [
  primaryKey({ name: "pk_invoice_lines", columns: [t.invoiceId, t.lineNo] }),
  foreign("fk_invoice_lines_invoice_id", t.invoiceId, invoices.id).onDelete("cascade"),
  foreign("fk_invoice_lines_product_id", t.productId, products.id),
  foreign("fk_invoice_lines_quote_line_item_id", t.quoteLineItemId, quoteLineItems.id).onDelete("set null"),
  foreign("fk_invoice_lines_tax_rate_id", t.taxRateId, taxRates.id),
  index("ix_invoice_lines_product_id").on(t.productId),
  index("ix_invoice_lines_quote_line_item_id").on(t.quoteLineItemId),
]);

export const creditNotes = billing.table("credit_notes", {
  ...keyed,
  number: text("number").notNull(),
  invoiceId: uuid("invoice_id").notNull(),
  reason: text("reason").notNull(),
  issuedOn: date("issued_on").default(sql`CURRENT_DATE`).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_credit_notes", columns: [t.id] }),
  unique("uq_credit_notes_number").on(t.number),
  foreign("fk_credit_notes_invoice_id", t.invoiceId, invoices.id),
  index("ix_credit_notes_invoice_id").on(t.invoiceId),
]);

export const creditNoteLines = billing.table("credit_note_lines", {
  creditNoteId: uuid("credit_note_id"),
  invoiceId: uuid("invoice_id"),
  lineNo: integer("line_no"),
  amount: money("amount").notNull(),
}, (t) => [
  primaryKey({ name: "pk_credit_note_lines", columns: [t.creditNoteId, t.invoiceId, t.lineNo] }),
  check("ck_credit_note_lines_amount_positive", sql`amount > 0`),
  foreignKey({
    name: "fk_credit_note_lines_invoice_id_line_no",
    columns: [t.invoiceId, t.lineNo],
    foreignColumns: [invoiceLines.invoiceId, invoiceLines.lineNo],
  }),
  foreign("fk_credit_note_lines_credit_note_id", t.creditNoteId, creditNotes.id).onDelete("cascade"),
]);

export const counters = billing.table("counters", {
  name: text("name"),
  fiscalYear: smallint("fiscal_year"),
  lastValue: integer("last_value").default(0).notNull(),
}, (t) => [
  primaryKey({ name: "pk_counters", columns: [t.name, t.fiscalYear] }),
]);

export const dunningNotices = billing.table("dunning_notices", {
  invoiceId: uuid("invoice_id"),
  level: smallint("level"),
  sentAt: moment("sent_at").defaultNow().notNull(),
  fee: money("fee").default(sql`0`).notNull(),
}, (t) => [
  primaryKey({ name: "pk_dunning_notices", columns: [t.invoiceId, t.level] }),
  check("ck_dunning_notices_level_range", sql`level BETWEEN 1 AND 3`),
  foreign("fk_dunning_notices_invoice_id", t.invoiceId, invoices.id).onDelete("cascade"),
]);
