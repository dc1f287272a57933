// Who works with the system: users, teams, sessions of programs, and their settings.
import { sql } from "drizzle-orm";
import { boolean, check, cidr, index, interval, jsonb, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, crm, emailAddress, foreign, keyed, moment, timestamped } from "./base";
import { userStatus } from "./enums";

export const users = crm.table("users", {
  ...keyed,
  email: emailAddress("email").notNull(),
  displayName: text("display_name").notNull(),
  status: userStatus("status").default("invited").notNull(),
  locale: text("locale").default("en-GB").notNull(),
  timeZone: text("time_zone").default("UTC").notNull(),
  managerId: uuid("manager_id"),
  lastSeenAt: moment("last_seen_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_users", columns: [t.id] }),
  unique("uq_users_email").on(t.email),
  check("ck_users_not_own_manager", sql`manager_id <> id`),
  foreign("fk_users_manager_id", t.managerId, t.id).onDelete("set null"),
  index("ix_users_manager_id").on(t.managerId),
]);

export const teams = crm.table("teams", {
  ...keyed,
  name: text("name").notNull(),
  parentId: uuid("parent_id"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_teams", columns: [t.id] }),
  unique("uq_teams_parent_id_name").on(t.parentId, t.name).nullsNotDistinct(),
  foreign("fk_teams_parent_id", t.parentId, t.id),
]);

export const teamMembers = crm.table("team_members", {
  teamId: uuid("team_id"),
  userId: uuid("user_id"),
  isLead: boolean("is_lead").default(false).notNull(),
  joinedAt: moment("joined_at").defaultNow().notNull(),
}, (t) => [
  primaryKey({ name: "pk_team_members", columns: [t.teamId, t.userId] }),
  foreign("fk_team_members_team_id", t.teamId, teams.id).onDelete("cascade"),
  foreign("fk_team_members_user_id", t.userId, users.id).onDelete("cascade"),
  index("ix_team_members_user_id").on(t.userId),
]);

export const userPreferences = crm.table("user_preferences", {
  userId: uuid("user_id"),
  key: text("key"),
  value: jsonb("value").notNull(),
}, (t) => [
  primaryKey({ name: "pk_user_preferences", columns: [t.userId, t.key] }),
  check("ck_user_preferences_value_present", sql`jsonb_typeof(value) <> 'null'`),
  foreign("fk_user_preferences_user_id", t.userId, users.id).onDelete("cascade"),
]);

export const apiKeys = crm.table("api_keys", {
  ...keyed,
  userId: uuid("user_id").notNull(),
  label: text("label").notNull(),
  secretHash: bytea("secret_hash").notNull(),
  scopes: text("scopes").array().default(sql`'{}'`).notNull(),
  allowedNetworks: cidr("allowed_networks").array(),
  idleTimeout: interval("idle_timeout").default(sql`'30 days'`).notNull(),
  expiresAt: moment("expires_at"),
  revokedAt: moment("revoked_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_api_keys", columns: [t.id] }),
  unique("uq_api_keys_secret_hash").on(t.secretHash),
  check("ck_api_keys_secret_is_sha256", sql`octet_length(secret_hash) = 32`),
  foreign("fk_api_keys_user_id", t.userId, users.id).onDelete("cascade"),
  index("ix_api_keys_live").on(t.userId, t.expiresAt).where(sql`revoked_at IS NULL`),
]);
