// What we sell: products, their families, bundles, features and translations.
import { sql } from "drizzle-orm";
import {
  boolean, check, index, integer, jsonb, primaryKey, smallint, text, unique, uniqueIndex, uuid, varchar,
} from "drizzle-orm/pg-core";
import { bytea, crm, foreign, hubSpotLinked, keyed, money, quantity, timestamped } from "./base";
import { billingPeriod, chargeModel, productKind } from "./enums";

export const unitsOfMeasure = crm.table("units_of_measure", {
  code: varchar("code", { length: 16 }),
  label: text("label").notNull(),
  decimals: smallint("decimals").default(0).notNull(),
}, (t) => [
  primaryKey({ name: "pk_units_of_measure", columns: [t.code] }),
  check("ck_units_of_measure_decimals_range", sql`decimals BETWEEN 0 AND 4`),
]);

export const productFamilies = crm.table("product_families", {
  ...keyed,
  name: text("name").notNull(),
  parentId: uuid("parent_id"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_product_families", columns: [t.id] }),
  unique("uq_product_families_name").on(t.name),
  foreign("fk_product_families_parent_id", t.parentId, t.id),
  index("ix_product_families_parent_id").on(t.parentId),
]);

export const products = crm.table("products", {
  ...keyed,
  sku: varchar("sku", { length: 80 }).notNull(),
  name: text("name").notNull(),
  description: text("description"),
  kind: productKind("kind").notNull(),
  chargeModel: chargeModel("charge_model").default("one_time").notNull(),
  billingPeriod: billingPeriod("billing_period"),
  familyId: uuid("family_id"),
  unitCode: varchar("unit_code", { length: 16 }).default("each").notNull(),
  manufacturerCode: text("manufacturer_code"),
  cost: money("cost"),
  isActive: boolean("is_active").default(true).notNull(),
  contentHash: bytea("content_hash"),
  attributes: jsonb("attributes").default({}).notNull(),
  ...hubSpotLinked,
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_products", columns: [t.id] }),
  check("ck_products_recurring_has_period", sql`charge_model <> 'recurring' OR billing_period IS NOT NULL`),
  check("ck_products_cost_not_negative", sql`cost >= 0`),
  check("ck_products_content_hash_is_sha256", sql`octet_length(content_hash) = 32`),
  foreign("fk_products_family_id", t.familyId, productFamilies.id),
  foreign("fk_products_unit_code", t.unitCode, unitsOfMeasure.code),
  index("ix_products_active_family").on(t.familyId).where(sql`is_active`),
  index("ix_products_attributes").using("gin", t.attributes),
  uniqueIndex("uq_products_hubspot_id").on(t.hubspotId).where(sql`hubspot_id IS NOT NULL`),
  uniqueIndex("uq_products_sku_upper").on(sql`upper(sku)`),
]);

export const productTranslations = crm.table("product_translations", {
  productId: uuid("product_id"),
  language: text("language"),
  name: text("name").notNull(),
  description: text("description"),
}, (t) => [
  primaryKey({ name: "pk_product_translations", columns: [t.productId, t.language] }),
  foreign("fk_product_translations_product_id", t.productId, products.id).onDelete("cascade"),
]);

export const productBundleItems = crm.table("product_bundle_items", {
  bundleId: uuid("bundle_id"),
  componentId: uuid("component_id"),
  quantity: quantity("quantity").default(sql`1`).notNull(),
  isOptional: boolean("is_optional").default(false).notNull(),
}, (t) => [
  primaryKey({ name: "pk_product_bundle_items", columns: [t.bundleId, t.componentId] }),
  check("ck_product_bundle_items_not_in_itself", sql`bundle_id <> component_id`),
  check("ck_product_bundle_items_quantity_positive", sql`quantity > 0`),
  foreign("fk_product_bundle_items_bundle_id", t.bundleId, products.id).onDelete("cascade"),
  foreign("fk_product_bundle_items_component_id", t.componentId, products.id),
  index("ix_product_bundle_items_component_id").on(t.componentId),
]);

export const productFeatures = crm.table("product_features", {
  productId: uuid("product_id"),
  feature: text("feature"),
  limitValue: integer("limit_value"),
}, (t) => [
  primaryKey({ name: "pk_product_features", columns: [t.productId, t.feature] }),
  foreign("fk_product_features_product_id", t.productId, products.id).onDelete("cascade"),
]);

export const productDependencies = crm.table("product_dependencies", {
  productId: uuid("product_id"),
  otherId: uuid("other_id"),
  relation: text("relation").notNull(),
}, (t) => [
  primaryKey({ name: "pk_product_dependencies", columns: [t.productId, t.otherId] }),
  check("ck_product_dependencies_known_relation", sql`relation IN ('requires', 'excludes')`),
  check("ck_product_dependencies_not_on_itself", sql`product_id <> other_id`),
  foreign("fk_product_dependencies_product_id", t.productId, products.id).onDelete("cascade"),
  foreign("fk_product_dependencies_other_id", t.otherId, products.id).onDelete("cascade"),
  index("ix_product_dependencies_other_id").on(t.otherId),
]);
