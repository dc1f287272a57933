// The workflow engine: versioned state machines, their running instances, and the work they hand out.
import { sql } from "drizzle-orm";
import {
  check, foreignKey, index, integer, interval, jsonb, primaryKey, smallint, text, unique, uniqueIndex, uuid,
} from "drizzle-orm/pg-core";
import { bigint, foreign, keyed, moment, timestamped, workflow } from "./base";
import { jobStatus, stateKind, taskStatus } from "./enums";
import { teams, users } from "./identity";

export const definitions = workflow.table("definitions", {
  ...keyed,
  code: text("code").notNull(),
  subjectTable: text("subject_table").notNull(),
  description: text("description"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_definitions", columns: [t.id] }),
  unique("uq_definitions_code").on(t.code),
  check("ck_definitions_code_is_identifier", sql`code ~ '^[a-z][a-z0-9_]*$'`),
]);

export const definitionVersions = workflow.table("definition_versions", {
  ...keyed,
  definitionId: uuid("definition_id").notNull(),
  version: integer("version").notNull(),
  initialState: text("initial_state").notNull(),
  publishedAt: moment("published_at"),
  retiredAt: moment("retired_at"),
}, (t) => [
  primaryKey({ name: "pk_definition_versions", columns: [t.id] }),
  unique("uq_definition_versions_definition_id_version").on(t.definitionId, t.version),
  foreign("fk_definition_versions_definition_id", t.definitionId, definitions.id).onDelete("cascade"),
  uniqueIndex("uq_definition_versions_active").on(t.definitionId)
    .where(sql`published_at IS NOT NULL AND retired_at IS NULL`),
]);

export const states = workflow.table("states", {
  versionId: uuid("version_id"),
  code: text("code"),
  label: text("label").notNull(),
  kind: stateKind("kind").default("intermediate").notNull(),
  timeLimit: interval("time_limit"),
}, (t) => [
  primaryKey({ name: "pk_states", columns: [t.versionId, t.code] }),
  foreign("fk_states_version_id", t.versionId, definitionVersions.id).onDelete("cascade"),
]);

export const transitions = workflow.table("transitions", {
  versionId: uuid("version_id"),
  fromState: text("from_state"),
  event: text("event"),
  toState: text("to_state").notNull(),
  guard: jsonb("guard"),
  allowedRoles: text("allowed_roles").array().default(sql`'{}'`).notNull(),
}, (t) => [
  primaryKey({ name: "pk_transitions", columns: [t.versionId, t.fromState, t.event] }),
  foreignKey({
    name: "fk_transitions_version_id_from_state",
    columns: [t.versionId, t.fromState],
    foreignColumns: [states.versionId, states.code],
  }).onDelete("cascade"),
  foreignKey({
    name: "fk_transitions_version_id_to_state",
    columns: [t.versionId, t.toState],
    foreignColumns: [states.versionId, states.code],
  }).onDelete("cascade"),
]);

export const transitionActions = workflow.table("transition_actions", {
  versionId: uuid("version_id"),
  fromState: text("from_state"),
  event: text("event"),
  position: smallint("position"),
  action: text("action").notNull(),
  arguments: jsonb("arguments").default({}).notNull(),
}, (t) => [
  primaryKey({ name: "pk_transition_actions", columns: [t.versionId, t.fromState, t.event, t.position] }),
  foreignKey({
    name: "fk_transition_actions_version_id_from_state_event",
    columns: [t.versionId, t.fromState, t.event],
    foreignColumns: [transitions.versionId, transitions.fromState, transitions.event],
  }).onDelete("cascade").onUpdate("cascade"),
]);

export const instances = workflow.table("instances", {
  ...keyed,
  definitionId: uuid("definition_id").notNull(),
  versionId: uuid("version_id").notNull(),
  subjectId: uuid("subject_id").notNull(),
  state: text("state").notNull(),
  context: jsonb("context").default({}).notNull(),
  lockVersion: integer("lock_version").default(1).notNull(),
  startedBy: uuid("started_by"),
  finishedAt: moment("finished_at"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_instances", columns: [t.id] }),
  foreignKey({
    name: "fk_instances_version_id_state",
    columns: [t.versionId, t.state],
    foreignColumns: [states.versionId, states.code],
  }),
  foreign("fk_instances_definition_id", t.definitionId, definitions.id),
  foreign("fk_instances_started_by", t.startedBy, users.id).onDelete("set null"),
  index("ix_instances_context").using("gin", t.context.op("jsonb_path_ops")),
  uniqueIndex("uq_instances_running").on(t.subjectId, t.definitionId).where(sql`finished_at IS NULL`),
]);

export const instanceEvents = workflow.table("instance_events", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  instanceId: uuid("instance_id").notNull(),
  sequenceNo: integer("sequence_no").notNull(),
  event: text("event").notNull(),
  fromState: text("from_state"),
  toState: text("to_state").notNull(),
  actorId: uuid("actor_id"),
  occurredAt: moment("occurred_at").defaultNow().notNull(),
  payload: jsonb("payload").default({}).notNull(),
}, (t) => [
  primaryKey({ name: "pk_instance_events", columns: [t.id] }),
  unique("uq_instance_events_instance_id_sequence_no").on(t.instanceId, t.sequenceNo),
  foreign("fk_instance_events_instance_id", t.instanceId, instances.id).onDelete("cascade"),
  foreign("fk_instance_events_actor_id", t.actorId, users.id).onDelete("set null"),
]);

export const tasks = workflow.table("tasks", {
  ...keyed,
  instanceId: uuid("instance_id").notNull(),
  title: text("title").notNull(),
  status: taskStatus("status").default("open").notNull(),
  teamId: uuid("team_id"),
  assigneeId: uuid("assignee_id"),
  dueAt: moment("due_at"),
  finishedAt: moment("finished_at"),
  outcome: jsonb("outcome"),
  ...timestamped,
}, (t) => [
  primaryKey({ name: "pk_tasks", columns: [t.id] }),
  check("ck_tasks_claimed_by_someone", sql`status <> 'claimed' OR assignee_id IS NOT NULL`),
  check("ck_tasks_finished_has_date", sql`(status IN ('done', 'cancelled')) = (finished_at IS NOT NULL)`),
  foreign("fk_tasks_instance_id", t.instanceId, instances.id).onDelete("cascade"),
  foreign("fk_tasks_team_id", t.teamId, teams.id),
  foreign("fk_tasks_assignee_id", t.assigneeId, users.id),
  index("ix_tasks_instance_id").on(t.instanceId),
  index("ix_tasks_mine").on(t.assigneeId).where(sql`status = 'claimed'`),
]);

export const timers = workflow.table("timers", {
  instanceId: uuid("instance_id"),
  name: text("name"),
  event: text("event").notNull(),
  firesAt: moment("fires_at").notNull(),
  firedAt: moment("fired_at"),
}, (t) => [
  primaryKey({ name: "pk_timers", columns: [t.instanceId, t.name] }),
  foreign("fk_timers_instance_id", t.instanceId, instances.id).onDelete("cascade"),
  index("ix_timers_due").on(t.firesAt).where(sql`fired_at IS NULL`),
]);

export const jobs = workflow.table("jobs", {
  id: bigint("id").generatedAlwaysAsIdentity(),
  instanceId: uuid("instance_id"),
  action: text("action").notNull(),
  arguments: jsonb("arguments").default({}).notNull(),
  status: jobStatus("status").default("ready").notNull(),
  priority: smallint("priority").default(0).notNull(),
  attempts: smallint("attempts").default(0).notNull(),
  maxAttempts: smallint("max_attempts").default(5).notNull(),
  runAt: moment("run_at").defaultNow().notNull(),
  leasedUntil: moment("leased_until"),
  lastError: text("last_error"),
}, (t) => [
  primaryKey({ name: "pk_jobs", columns: [t.id] }),
  check("ck_jobs_attempts_range", sql`attempts BETWEEN 0 AND max_attempts`),
  check("ck_jobs_running_has_lease", sql`(status = 'running') = (leased_until IS NOT NULL)`),
  foreign("fk_jobs_instance_id", t.instanceId, instances.id).onDelete("cascade"),
  index("ix_jobs_instance_id").on(t.instanceId),
  index("ix_jobs_ready").on(t.priority.desc().nullsFirst(), t.runAt).where(sql`status = 'ready'`),
]);
