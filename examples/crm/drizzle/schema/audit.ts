// Who changed what: a partitioned change log, accesses to personal data, and sign-ins.
import { sql } from "drizzle-orm";
import { boolean, check, index, inet, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { audit, bigint, foreign, moment } from "./base";
import { users } from "./identity";

export const personalDataAccesses = audit.table("personal_data_accesses", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  contactId: uuid("contact_id").notNull(),
  accessedBy: uuid("accessed_by"),
  columns: text("columns").array().notNull(),
  purpose: text("purpose").notNull(),
  accessedAt: moment("accessed_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_personal_data_accesses", columns: [t.id] }),
  check("ck_personal_data_accesses_names_columns", sql`cardinality(columns) > 0`),
  foreign("fk_personal_data_accesses_accessed_by", t.accessedBy, users.id).onDelete("set null"),
  index("ix_personal_data_accesses_contact_id_accessed_at").on(t.contactId, t.accessedAt),
]);

export const signIns = audit.table("sign_ins", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  userId: uuid("user_id"),
  networkAddress: inet("network_address").notNull(),
  succeeded: boolean("succeeded").notNull(),
  attemptedAt: moment("attempted_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_sign_ins", columns: [t.id] }),
  foreign("fk_sign_ins_user_id", t.userId, users.id).onDelete("set null"),
  index("ix_sign_ins_failed").on(t.networkAddress, t.attemptedAt).where(sql`NOT succeeded`),
  index("ix_sign_ins_user_id").on(t.userId),
]);
