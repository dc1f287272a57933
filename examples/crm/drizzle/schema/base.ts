// The schemas, the column types that the backend has agreed on, and the columns that most tables share.
import {
  type AnyPgColumn, bigint as anyBigint, char, customType, foreignKey, numeric, pgSchema, timestamp, uuid,
} from "drizzle-orm/pg-core";

export const crm = pgSchema("crm");
export const billing = pgSchema("billing");
export const audit = pgSchema("audit");
export const sync = pgSchema("sync");
export const workflow = pgSchema("workflow");

// drizzle-kit puts the name of a type that it does not know between quotes, as one name: the quotes in the middle make a
// schema and a name of it.
export const ofCrm = <Data>(name: string) => customType<{ data: Data }>({ dataType: () => `crm"."${name}` });

// The domains live in ../../sql/10_domains.sql; the tables only name them.
export const emailAddress = ofCrm<string>("email_address");
export const countryCode = ofCrm<string>("country_code");
export const percentage = ofCrm<string>("percentage");

const type = <Data>(name: string) => customType<{ data: Data }>({ dataType: () => name });
export const bytea = type<Uint8Array>("bytea");
export const daterange = type<string>("daterange");
export const tsvector = type<string>("tsvector");

export const bigint = (name: string) => anyBigint(name, { mode: "number" });
export const currency = (name: string) => char(name, { length: 3 });
export const moment = (name: string) => timestamp(name, { withTimezone: true });
export const money = (name: string) => numeric(name, { precision: 18, scale: 2 });
export const unitPrice = (name: string) => numeric(name, { precision: 18, scale: 6 });
export const quantity = (name: string) => numeric(name, { precision: 16, scale: 4 });

// A random key made by the database.
export const keyed = { id: uuid("id").defaultRandom().notNull() };

// When the row was made and last changed; updated_at is kept by the trigger touch_updated_at.
export const timestamped = {
  createdAt: moment("created_at").defaultNow().notNull(),
  updatedAt: moment("updated_at").defaultNow().notNull(),
};

// The object in HubSpot that stands for the row. Each table adds a unique index over the linked rows.
export const hubSpotLinked = {
  hubspotId: bigint("hubspot_id"),
  hubspotSyncedAt: moment("hubspot_synced_at"),
};

// A foreign key of one column, under the name that the backend's conventions give it.
export const foreign = (name: string, column: AnyPgColumn, to: AnyPgColumn) =>
  foreignKey({ name, columns: [column], foreignColumns: [to] });
