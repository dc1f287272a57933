// Quotes, their lines, and what goes with them: discounts, terms, documents and signatures.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, index, inet, integer, jsonb, primaryKey, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import {
  bigint, bytea, crm, currency, emailAddress, foreign, hubSpotLinked, keyed, moment, money, percentage, quantity,
  timestamped, unitPrice,
} from "./base";
import { billingPeriod, quoteStatus } from "./enums";
import { accounts } from "./accounts";
import { contacts } from "./contacts";
import { deals } from "./deals";
import { users } from "./identity";
import { currencies, discountSchedules, priceBookEntries, priceBooks } from "./pricing";
import { products } from "./products";

// Read by crm.next_quote_number(), the default of quotes.number.
export const quoteNumberSeq = crm.sequence("quote_number_seq", { startWith: 1000 });

export const quotes = crm.table("quotes", {
  ...keyed,
  number: text("number").default(sql`crm.next_quote_number()`).notNull(),
  revision: integer("revision").default(1).notNull(),
  supersedesId: uuid("supersedes_id"),
  accountId: uuid("account_id").notNull(),
  dealId: uuid("deal_id"),
  contactId: uuid("contact_id"),
  ownerId: uuid("owner_id").notNull(),
  priceBookId: uuid("price_book_id").notNull(),
  status: quoteStatus("status").default("draft").notNull(),
  currency: currency("currency").notNull(),
  title: text("title").notNull(),
  termMonths: integer("term_months"),
  billingPeriod: billingPeriod("billing_period"),
  netTotal: money("net_total").default(sql`0`).notNull(),
  taxTotal: money("tax_total").default(sql`0`).notNull(),
  grossTotal: money("gross_total").notNull().generatedAlwaysAs(sql`net_total + tax_total`),
  validUntil: date("valid_until").default(sql`CURRENT_DATE + 30`).notNull(),
  sentAt: moment("sent_at"),
  decidedAt: moment("decided_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_quotes", columns: [t.id] }),
  unique("uq_quotes_number_revision").on(t.number, t.revision),
  unique("uq_quotes_supersedes_id").on(t.supersedesId),
  check("ck_quotes_revision_positive", sql`revision > 0`),
  check("ck_quotes_sent_has_date", sql`status NOT IN ('sent', 'accepted') OR sent_at IS NOT NULL`),
  check("ck_quotes_decided_after_sent", sql`decided_at >= sent_at`),
  check("ck_quotes_term_range", sql`term_months BETWEEN 1 AND 120`),
  foreign("fk_quotes_supersedes_id", t.supersedesId, t.id),
  foreign("fk_quotes_account_id", t.accountId, accounts.id),
  foreign("fk_quotes_deal_id", t.dealId, deals.id).onDelete("set null"),
  foreign("fk_quotes_contact_id", t.contactId, contacts.id).onDelete("set null"),
  foreign("fk_quotes_owner_id", t.ownerId, users.id),
  foreign("fk_quotes_price_book_id", t.priceBookId, priceBooks.id),
  foreign("fk_quotes_currency", t.currency, currencies.code),
  index("ix_quotes_account_id_created_at").on(t.accountId, t.createdAt.desc().nullsFirst()),
  index("ix_quotes_contact_id").on(t.contactId),
  index("ix_quotes_open").on(t.ownerId, t.validUntil).where(sql`status IN ('draft', 'in_review', 'sent')`),
  index("ix_quotes_price_book_id").on(t.priceBookId),
  uniqueIndex("uq_quotes_accepted_deal").on(t.dealId).where(sql`status = 'accepted'`),
]);

export const quoteLineGroups = crm.table("quote_line_groups", {
  quoteId: uuid("quote_id"),
  groupNo: integer("group_no"),
  title: text("title").notNull(),
}, (t) => [
  primaryKey({ name: "pk_quote_line_groups", columns: [t.quoteId, t.groupNo] }),
  foreign("fk_quote_line_groups_quote_id", t.quoteId, quotes.id).onDelete("cascade"),
]);

export const quoteLineItems = crm.table("quote_line_items", {
  ...keyed,
  quoteId: uuid("quote_id").notNull(),
  lineNo: integer("line_no").notNull(),
  groupNo: integer("group_no"),
  productId: uuid("product_id").notNull(),
  priceBookEntryId: uuid("price_book_entry_id"),
  description: text("description"),
  isCredit: boolean("is_credit").default(false).notNull(),
  quantity: quantity("quantity").notNull(),
  listPrice: unitPrice("list_price").notNull(),
  unitPrice: unitPrice("unit_price").notNull(),
  discountPercent: percentage("discount_percent").default(sql`0`).notNull(),
  netAmount: money("net_amount").notNull()
    .generatedAlwaysAs(sql`round(quantity * unit_price * (1 - discount_percent / 100), 2)`),
  startsOn: date("starts_on"),
  endsOn: date("ends_on"),
  syncVersion: bigint("sync_version").default(1).notNull(),
  ...hubSpotLinked,
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_quote_line_items", columns: [t.id] }),
  check("ck_quote_line_items_quantity_positive", sql`quantity > 0 OR is_credit`),
  check("ck_quote_line_items_unit_price_not_negative", sql`unit_price >= 0`),
  foreign("fk_quote_line_items_quote_id", t.quoteId, quotes.id).onDelete("cascade"),
  foreign("fk_quote_line_items_product_id", t.productId, products.id),
  foreign("fk_quote_line_items_price_book_entry_id", t.priceBookEntryId, priceBookEntries.id).onDelete("set null"),
  uniqueIndex("uq_quote_line_items_hubspot_id").on(t.hubspotId).where(sql`hubspot_id IS NOT NULL`),
]);

export const quoteLineDiscounts = crm.table("quote_line_discounts", {
  lineItemId: uuid("line_item_id"),
  scheduleId: uuid("schedule_id"),
  percent: percentage("percent"),
  amount: money("amount"),
}, (t) => [
  primaryKey({ name: "pk_quote_line_discounts", columns: [t.lineItemId, t.scheduleId] }),
  check("ck_quote_line_discounts_percent_or_amount", sql`(percent IS NULL) <> (amount IS NULL)`),
  foreign("fk_quote_line_discounts_line_item_id", t.lineItemId, quoteLineItems.id).onDelete("cascade"),
  foreign("fk_quote_line_discounts_schedule_id", t.scheduleId, discountSchedules.id),
  index("ix_quote_line_discounts_schedule_id").on(t.scheduleId),
]);

export const quoteTerms = crm.table("quote_terms", {
  quoteId: uuid("quote_id"),
  position: integer("position"),
  clause: text("clause").notNull(),
}, (t) => [
  primaryKey({ name: "pk_quote_terms", columns: [t.quoteId, t.position] }),
  foreign("fk_quote_terms_quote_id", t.quoteId, quotes.id).onDelete("cascade"),
]);

export const quoteDocuments = crm.table("quote_documents", {
  ...keyed,
  quoteId: uuid("quote_id").notNull(),
  sha256: bytea("sha256").notNull(),
  storageKey: text("storage_key").notNull(),
  mediaType: text("media_type").default("application/pdf").notNull(),
  renderedAt: moment("rendered_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_quote_documents", columns: [t.id] }),
  unique("uq_quote_documents_quote_id_sha256").on(t.quoteId, t.sha256),
  check("ck_quote_documents_sha256_length", sql`octet_length(sha256) = 32`),
  foreign("fk_quote_documents_quote_id", t.quoteId, quotes.id).onDelete("cascade"),
]);

export const quoteSignatures = crm.table("quote_signatures", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  documentId: uuid("document_id").notNull(),
  signerName: text("signer_name").notNull(),
  signerEmail: emailAddress("signer_email").notNull(),
  signedAt: moment("signed_at").defaultNow().notNull(),
  networkAddress: inet("network_address"),
  evidence: jsonb("evidence").default({}).notNull(),
}, (t) => [
  primaryKey({ name: "pk_quote_signatures", columns: [t.id] }),
  foreign("fk_quote_signatures_document_id", t.documentId, quoteDocuments.id),
  index("ix_quote_signatures_document_id").on(t.documentId),
]);

export const salesTargets = crm.table("sales_targets", {
  userId: uuid("user_id"),
  month: date("month"),
  currency: currency("currency").notNull(),
  amount: money("amount").notNull(),
}, (t) => [
  primaryKey({ name: "pk_sales_targets", columns: [t.userId, t.month] }),
  check("ck_sales_targets_month_is_first_day", sql`extract(day FROM month) = 1`),
  foreign("fk_sales_targets_user_id", t.userId, users.id).onDelete("cascade"),
  foreign("fk_sales_targets_currency", t.currency, currencies.code),
]);
