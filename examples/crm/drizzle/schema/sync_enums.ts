// How the closed sets of values of another system translate into ours, and which values nobody has mapped yet.
import { sql } from "drizzle-orm";
import { check, primaryKey, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bigint, foreign, keyed, moment, sync, timestamped } from "./base";
import { syncDirection } from "./enums";

export const enumMappingSets = sync.table("enum_mapping_sets", {
  ...keyed,
  system: text("system").notNull(),
  enumSchema: text("enum_schema").default("crm").notNull(),
  enumName: text("enum_name").notNull(),
  fallback: text("fallback"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_enum_mapping_sets", columns: [t.id] }),
  unique("uq_enum_mapping_sets_system_enum_schema_enum_name").on(t.system, t.enumSchema, t.enumName),
  check("ck_enum_mapping_sets_system_is_identifier", sql`system ~ '^[a-z][a-z0-9_]*$'`),
]);

export const enumMappings = sync.table("enum_mappings", {
  setId: uuid("set_id"),
  externalValue: text("external_value"),
  internalValue: text("internal_value").notNull(),
  direction: syncDirection("direction").default("both").notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_enum_mappings", columns: [t.setId, t.externalValue] }),
  foreign("fk_enum_mappings_set_id", t.setId, enumMappingSets.id).onDelete("cascade"),
  uniqueIndex("uq_enum_mappings_outbound").on(t.setId, t.internalValue).where(sql`direction <> 'inbound'`),
]);

export const enumMappingGaps = sync.table("enum_mapping_gaps", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  setId: uuid("set_id").notNull(),
  externalValue: text("external_value").notNull(),
  seen: bigint("seen").default(1).notNull(),
  firstSeenAt: moment("first_seen_at").defaultNow().notNull(),
  lastSeenAt: moment("last_seen_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_enum_mapping_gaps", columns: [t.id] }),
  unique("uq_enum_mapping_gaps_set_id_external_value").on(t.setId, t.externalValue),
  foreign("fk_enum_mapping_gaps_set_id", t.setId, enumMappingSets.id).onDelete("cascade"),
]);
