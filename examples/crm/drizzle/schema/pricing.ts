// What it costs: currencies, exchange rates, price books with validity periods, tiers and discounts.
import { sql } from "drizzle-orm";
import {
  boolean, check, date, index, numeric, primaryKey, smallint, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import {
  bigint, crm, currency, daterange, foreign, keyed, moment, percentage, quantity, timestamped, unitPrice,
} from "./base";
import { accounts } from "./accounts";
import { productFamilies, products } from "./products";

export const currencies = crm.table("currencies", {
  code: currency("code"),
  name: text("name").notNull(),
  minorUnits: smallint("minor_units").default(2).notNull(),
}, (t) => [
  primaryKey({ name: "pk_currencies", columns: [t.code] }),
  check("ck_currencies_code_is_iso_4217", sql`code ~ '^[A-Z]{3}$'`),
]);

export const exchangeRates = crm.table("exchange_rates", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  base: currency("base").notNull(),
  quote: currency("quote").notNull(),
  rate: numeric("rate", { precision: 20, scale: 10 }).notNull(),
  validFrom: date("valid_from").notNull(),
  validUntil: date("valid_until"),
}, (t) => [
  primaryKey({ name: "pk_exchange_rates", columns: [t.id] }),
  check("ck_exchange_rates_two_currencies", sql`base <> quote`),
  check("ck_exchange_rates_rate_positive", sql`rate > 0`),
  check("ck_exchange_rates_valid_until_after_valid_from", sql`valid_until > valid_from`),
  foreign("fk_exchange_rates_base", t.base, currencies.code),
  foreign("fk_exchange_rates_quote", t.quote, currencies.code),
]);

export const priceBooks = crm.table("price_books", {
  ...keyed,
  name: text("name").notNull(),
  currency: currency("currency").notNull(),
  isStandard: boolean("is_standard").default(false).notNull(),
  isActive: boolean("is_active").default(true).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_price_books", columns: [t.id] }),
  unique("uq_price_books_name").on(t.name),
  foreign("fk_price_books_currency", t.currency, currencies.code),
  uniqueIndex("uq_price_books_standard").on(t.currency).where(sql`is_standard AND is_active`),
]);

export const priceBookEntries = crm.table("price_book_entries", {
  ...keyed,
  priceBookId: uuid("price_book_id").notNull(),
  productId: uuid("product_id").notNull(),
  validity: daterange("validity").default(sql`daterange(CURRENT_DATE, NULL)`).notNull(),
  listPrice: unitPrice("list_price").notNull(),
  floorPrice: unitPrice("floor_price"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_price_book_entries", columns: [t.id] }),
  check("ck_price_book_entries_list_price_not_negative", sql`list_price >= 0`),
  check("ck_price_book_entries_floor_price_below_list_price", sql`floor_price <= list_price`),
  check("ck_price_book_entries_validity_not_empty", sql`NOT isempty(validity)`),
  foreign("fk_price_book_entries_price_book_id", t.priceBookId, priceBooks.id).onDelete("cascade"),
  foreign("fk_price_book_entries_product_id", t.productId, products.id),
  index("ix_price_book_entries_product_id").on(t.productId),
]);

export const priceTiers = crm.table("price_tiers", {
  entryId: uuid("entry_id"),
  minQuantity: quantity("min_quantity"),
  unitPrice: unitPrice("unit_price").notNull(),
}, (t) => [
  primaryKey({ name: "pk_price_tiers", columns: [t.entryId, t.minQuantity] }),
  check("ck_price_tiers_min_quantity_positive", sql`min_quantity > 0`),
  foreign("fk_price_tiers_entry_id", t.entryId, priceBookEntries.id).onDelete("cascade"),
]);

export const discountSchedules = crm.table("discount_schedules", {
  ...keyed,
  name: text("name").notNull(),
  productFamilyId: uuid("product_family_id"),
  maxPercent: percentage("max_percent").notNull(),
  isStackable: boolean("is_stackable").default(false).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_discount_schedules", columns: [t.id] }),
  unique("uq_discount_schedules_name").on(t.name),
  foreign("fk_discount_schedules_product_family_id", t.productFamilyId, productFamilies.id),
  index("ix_discount_schedules_product_family_id").on(t.productFamilyId),
]);

export const accountPriceBooks = crm.table("account_price_books", {
  accountId: uuid("account_id"),
  priceBookId: uuid("price_book_id"),
  priority: smallint("priority").default(50).notNull(),
  grantedAt: moment("granted_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_account_price_books", columns: [t.accountId, t.priceBookId] }),
  check("ck_account_price_books_priority_range", sql`priority BETWEEN 1 AND 100`),
  foreign("fk_account_price_books_account_id", t.accountId, accounts.id).onDelete("cascade"),
  foreign("fk_account_price_books_price_book_id", t.priceBookId, priceBooks.id).onDelete("cascade"),
  index("ix_account_price_books_price_book_id").on(t.priceBookId),
]);
