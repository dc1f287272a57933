// Who must agree before a quote goes out.
import { sql } from "drizzle-orm";
import {
  boolean, check, index, jsonb, primaryKey, smallint, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import { crm, foreign, keyed, moment, money, percentage, timestamped } from "./base";
import { approvalStatus } from "./enums";
import { teams, users } from "./identity";
import { quotes } from "./quotes";
import { instances } from "./workflow";

export const approvalPolicies = crm.table("approval_policies", {
  ...keyed,
  name: text("name").notNull(),
  isActive: boolean("is_active").default(true).notNull(),
  condition: jsonb("condition").notNull(),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_approval_policies", columns: [t.id] }),
  unique("uq_approval_policies_name").on(t.name),
]);

export const approvalPolicyRules = crm.table("approval_policy_rules", {
  policyId: uuid("policy_id"),
  level: smallint("level"),
  minDiscount: percentage("min_discount"),
  minTotal: money("min_total"),
  requiredState: text("required_state"),
  approverId: uuid("approver_id"),
  approverTeamId: uuid("approver_team_id"),
}, (t) => [
  primaryKey({ name: "pk_approval_policy_rules", columns: [t.policyId, t.level] }),
  check("ck_approval_policy_rules_one_approver", sql`num_nonnulls(approver_id, approver_team_id) = 1`),
  check("ck_approval_policy_rules_has_threshold", sql`num_nonnulls(min_discount, min_total, required_state) > 0`),
  foreign("fk_approval_policy_rules_policy_id", t.policyId, approvalPolicies.id).onDelete("cascade"),
  foreign("fk_approval_policy_rules_approver_id", t.approverId, users.id),
  foreign("fk_approval_policy_rules_approver_team_id", t.approverTeamId, teams.id),
]);

export const approvalRequests = crm.table("approval_requests", {
  ...keyed,
  quoteId: uuid("quote_id").notNull(),
  policyId: uuid("policy_id").notNull(),
  status: approvalStatus("status").default("pending").notNull(),
  requestedBy: uuid("requested_by").notNull(),
  reason: text("reason"),
  workflowInstanceId: uuid("workflow_instance_id"),
  decidedAt: moment("decided_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_approval_requests", columns: [t.id] }),
  check("ck_approval_requests_decided_when_not_pending", sql`(status = 'pending') = (decided_at IS NULL)`),
  foreign("fk_approval_requests_quote_id", t.quoteId, quotes.id).onDelete("cascade"),
  foreign("fk_approval_requests_policy_id", t.policyId, approvalPolicies.id),
  foreign("fk_approval_requests_requested_by", t.requestedBy, users.id),
  foreign("fk_approval_requests_workflow_instance_id", t.workflowInstanceId, instances.id).onDelete("set null"),
  index("ix_approval_requests_policy_id").on(t.policyId),
  index("ix_approval_requests_workflow_instance_id").on(t.workflowInstanceId),
  uniqueIndex("uq_approval_requests_pending").on(t.quoteId, t.policyId).where(sql`status = 'pending'`),
]);

export const approvalSteps = crm.table("approval_steps", {
  ...keyed,
  requestId: uuid("request_id").notNull(),
  level: smallint("level").notNull(),
  approverId: uuid("approver_id"),
  status: approvalStatus("status").default("pending").notNull(),
  dueAt: moment("due_at").default(sql`now() + interval '3 days'`).notNull(),
  decidedAt: moment("decided_at"),
  comment: text("comment"),
}, (t) => [
  primaryKey({ name: "pk_approval_steps", columns: [t.id] }),
  unique("uq_approval_steps_request_id_level_approver_id").on(t.requestId, t.level, t.approverId),
  foreign("fk_approval_steps_request_id", t.requestId, approvalRequests.id).onDelete("cascade"),
  foreign("fk_approval_steps_approver_id", t.approverId, users.id),
  index("ix_approval_steps_inbox").on(t.approverId, t.dueAt).where(sql`status = 'pending'`),
]);

export const approvalDelegations = crm.table("approval_delegations", {
  fromUserId: uuid("from_user_id"),
  toUserId: uuid("to_user_id"),
  since: moment("since").defaultNow(),
  until: moment("until").notNull(),
}, (t) => [
  primaryKey({ name: "pk_approval_delegations", columns: [t.fromUserId, t.toUserId, t.since] }),
  check("ck_approval_delegations_to_someone_else", sql`from_user_id <> to_user_id`),
  check("ck_approval_delegations_until_after_since", sql`until > since`),
  foreign("fk_approval_delegations_from_user_id", t.fromUserId, users.id).onDelete("cascade"),
  foreign("fk_approval_delegations_to_user_id", t.toUserId, users.id).onDelete("cascade"),
  index("ix_approval_delegations_to_user_id").on(t.toUserId),
]);
