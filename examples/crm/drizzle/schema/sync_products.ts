// The product catalogue in other systems: which product is which there, and what has still to be told.
import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bigint, bytea, currency, foreign, keyed, moment, sync, timestamped, unitPrice } from "./base";
import { syncDirection, syncStatus } from "./enums";
import { currencies, priceBooks } from "./pricing";
import { products } from "./products";

export const externalCatalogs = sync.table("external_catalogs", {
  ...keyed,
  system: text("system").notNull(),
  name: text("name").notNull(),
  direction: syncDirection("direction").default("outbound").notNull(),
  priceBookId: uuid("price_book_id"),
  settings: jsonb("settings").default({}).notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_external_catalogs", columns: [t.id] }),
  unique("uq_external_catalogs_system_name").on(t.system, t.name),
  check("ck_external_catalogs_system_is_identifier", sql`system ~ '^[a-z][a-z0-9_]*$'`),
  foreign("fk_external_catalogs_price_book_id", t.priceBookId, priceBooks.id),
  index("ix_external_catalogs_price_book_id").on(t.priceBookId),
]);

export const productLinks = sync.table("product_links", {
  catalogId: uuid("catalog_id"),
  productId: uuid("product_id"),
  externalId: text("external_id").notNull(),
  wantedHash: bytea("wanted_hash").notNull(),
  sentHash: bytea("sent_hash"),
  isStale: boolean("is_stale").notNull().generatedAlwaysAs(sql`wanted_hash IS DISTINCT FROM sent_hash`),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_product_links", columns: [t.catalogId, t.productId] }),
  unique("uq_product_links_catalog_id_external_id").on(t.catalogId, t.externalId),
  foreign("fk_product_links_catalog_id", t.catalogId, externalCatalogs.id).onDelete("cascade"),
  foreign("fk_product_links_product_id", t.productId, products.id).onDelete("cascade"),
  index("ix_product_links_product_id").on(t.productId),
  index("ix_product_links_stale").on(t.catalogId, t.productId).where(sql`is_stale`),
]);

export const productLinkPrices = sync.table("product_link_prices", {
  catalogId: uuid("catalog_id"),
  productId: uuid("product_id"),
  currency: currency("currency"),
  unitPrice: unitPrice("unit_price").notNull(),
  toldAt: moment("told_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_product_link_prices", columns: [t.catalogId, t.productId, t.currency] }),
  foreignKey({
    name: "fk_product_link_prices_catalog_id_product_id",
    columns: [t.catalogId, t.productId],
    foreignColumns: [productLinks.catalogId, productLinks.productId],
  }).onDelete("cascade"),
  foreign("fk_product_link_prices_currency", t.currency, currencies.code),
]);

export const productSyncRuns = sync.table("product_sync_runs", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  catalogId: uuid("catalog_id").notNull(),
  status: syncStatus("status").default("pending").notNull(),
  startedAt: moment("started_at").defaultNow().notNull(),
  finishedAt: moment("finished_at"),
  counts: jsonb("counts").default({}).notNull(),
}, (t) => [
  primaryKey({ name: "pk_product_sync_runs", columns: [t.id] }),
  check("ck_product_sync_runs_finished_after_started", sql`finished_at >= started_at`),
  foreign("fk_product_sync_runs_catalog_id", t.catalogId, externalCatalogs.id).onDelete("cascade"),
  index("ix_product_sync_runs_catalog_id_started_at").on(t.catalogId, t.startedAt.desc().nullsFirst()),
]);

export const productSyncErrors = sync.table("product_sync_errors", {
  runId: bigint("run_id"),
  productId: uuid("product_id"),
  message: text("message").notNull(),
  response: jsonb("response"),
}, (t) => [
  primaryKey({ name: "pk_product_sync_errors", columns: [t.runId, t.productId] }),
  foreign("fk_product_sync_errors_run_id", t.runId, productSyncRuns.id).onDelete("cascade"),
  foreign("fk_product_sync_errors_product_id", t.productId, products.id).onDelete("cascade"),
  index("ix_product_sync_errors_product_id").on(t.productId),
]);
