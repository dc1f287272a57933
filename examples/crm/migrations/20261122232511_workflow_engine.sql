-- Grant to "workflow_runner" on schema crm
GRANT USAGE ON SCHEMA "crm" TO "workflow_runner";
-- Create schema workflow
CREATE SCHEMA "workflow";
-- Set comment of schema workflow
COMMENT ON SCHEMA "workflow" IS 'State machines over business objects, their tasks, timers and jobs';
-- Grant to "app_user" on schema workflow
GRANT USAGE ON SCHEMA "workflow" TO "app_user";
-- Grant to "workflow_runner" on schema workflow
GRANT USAGE ON SCHEMA "workflow" TO "workflow_runner";
-- Create enum type job_status
CREATE TYPE "workflow"."job_status" AS ENUM ('ready', 'running', 'done', 'dead');
-- Create enum type state_kind
CREATE TYPE "workflow"."state_kind" AS ENUM ('initial', 'intermediate', 'final');
-- Create enum type task_status
CREATE TYPE "workflow"."task_status" AS ENUM ('open', 'claimed', 'done', 'cancelled');
-- Add column required_state to table approval_policy_rules
ALTER TABLE "crm"."approval_policy_rules" ADD COLUMN "required_state" text;
-- Set comment of column crm.approval_policy_rules.required_state
COMMENT ON COLUMN "crm"."approval_policy_rules"."required_state" IS 'The rule applies when the workflow is in this state';
-- Add column workflow_instance_id to table approval_requests
ALTER TABLE "crm"."approval_requests" ADD COLUMN "workflow_instance_id" uuid;
-- Create index ix_approval_requests_workflow_instance_id on approval_requests
CREATE INDEX "ix_approval_requests_workflow_instance_id" ON "crm"."approval_requests" (workflow_instance_id);
-- Grant to "workflow_runner" on table crm.approval_requests
GRANT SELECT, UPDATE ON TABLE "crm"."approval_requests" TO "workflow_runner";
-- Set default of column due_at of approval_steps
ALTER TABLE "crm"."approval_steps" ALTER COLUMN "due_at" SET DEFAULT (now() + '3 days'::interval);
-- Set comment of column crm.approval_steps.approver_id
COMMENT ON COLUMN "crm"."approval_steps"."approver_id" IS 'NULL until somebody of the team claims the step';
-- Grant to "workflow_runner" on table crm.approval_steps
GRANT SELECT, UPDATE ON TABLE "crm"."approval_steps" TO "workflow_runner";
-- Create table definitions
CREATE TABLE "workflow"."definitions" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "code" text NOT NULL,
  "subject_table" text NOT NULL,
  "description" text,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_definitions" PRIMARY KEY (id),
  CONSTRAINT "uq_definitions_code" UNIQUE (code),
  CONSTRAINT "ck_definitions_code_is_identifier" CHECK ((code ~ '^[a-z][a-z0-9_]*$'::text))
);
-- Create trigger touch_updated_at on definitions
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.definitions FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Set comment of column workflow.definitions.subject_table
COMMENT ON COLUMN "workflow"."definitions"."subject_table" IS 'The table whose rows go through the workflow, as crm.quotes';
-- Grant to "app_user" on table workflow.definitions
GRANT SELECT ON TABLE "workflow"."definitions" TO "app_user";
-- Grant to "workflow_runner" on table workflow.definitions
GRANT SELECT ON TABLE "workflow"."definitions" TO "workflow_runner";
-- Create table definition_versions
CREATE TABLE "workflow"."definition_versions" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "definition_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "initial_state" text NOT NULL,
  "published_at" timestamp with time zone,
  "retired_at" timestamp with time zone,
  CONSTRAINT "pk_definition_versions" PRIMARY KEY (id),
  CONSTRAINT "uq_definition_versions_definition_id_version" UNIQUE (definition_id, version),
  CONSTRAINT "fk_definition_versions_definition_id" FOREIGN KEY (definition_id) REFERENCES workflow.definitions(id) ON DELETE CASCADE
);
-- Create index uq_definition_versions_active on definition_versions
CREATE UNIQUE INDEX "uq_definition_versions_active" ON "workflow"."definition_versions" (definition_id) WHERE ((published_at IS NOT NULL) AND (retired_at IS NULL));
-- Set comment of column workflow.definition_versions.initial_state
COMMENT ON COLUMN "workflow"."definition_versions"."initial_state" IS 'Checked at commit: the version comes before its states';
-- Set comment of table workflow.definition_versions
COMMENT ON TABLE "workflow"."definition_versions" IS 'A published version never changes; running instances stay on theirs';
-- Grant to "app_user" on table workflow.definition_versions
GRANT SELECT ON TABLE "workflow"."definition_versions" TO "app_user";
-- Grant to "workflow_runner" on table workflow.definition_versions
GRANT SELECT ON TABLE "workflow"."definition_versions" TO "workflow_runner";
-- Create table states
CREATE TABLE "workflow"."states" (
  "version_id" uuid NOT NULL,
  "code" text NOT NULL,
  "label" text NOT NULL,
  "kind" workflow.state_kind DEFAULT 'intermediate'::workflow.state_kind NOT NULL,
  "time_limit" interval,
  CONSTRAINT "pk_states" PRIMARY KEY (version_id, code)
);
-- Add foreign key fk_states_version_id to table states
ALTER TABLE "workflow"."states" ADD CONSTRAINT "fk_states_version_id" FOREIGN KEY (version_id) REFERENCES workflow.definition_versions(id) ON DELETE CASCADE;
-- Grant to "app_user" on table workflow.states
GRANT SELECT ON TABLE "workflow"."states" TO "app_user";
-- Grant to "workflow_runner" on table workflow.states
GRANT SELECT ON TABLE "workflow"."states" TO "workflow_runner";
-- Add foreign key fk_definition_versions_id_initial_state to table definition_versions
ALTER TABLE "workflow"."definition_versions" ADD CONSTRAINT "fk_definition_versions_id_initial_state" FOREIGN KEY (id, initial_state) REFERENCES workflow.states(version_id, code) DEFERRABLE INITIALLY DEFERRED;
-- Create table instances
CREATE TABLE "workflow"."instances" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "definition_id" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "subject_id" uuid NOT NULL,
  "state" text NOT NULL,
  "context" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "lock_version" integer DEFAULT 1 NOT NULL,
  "started_by" uuid,
  "finished_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_instances" PRIMARY KEY (id),
  CONSTRAINT "fk_instances_version_id_state" FOREIGN KEY (version_id, state) REFERENCES workflow.states(version_id, code),
  CONSTRAINT "fk_instances_definition_id" FOREIGN KEY (definition_id) REFERENCES workflow.definitions(id),
  CONSTRAINT "fk_instances_started_by" FOREIGN KEY (started_by) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Create index ix_instances_context on instances
CREATE INDEX "ix_instances_context" ON "workflow"."instances" USING "gin" (context "pg_catalog"."jsonb_path_ops");
-- Create index uq_instances_running on instances
CREATE UNIQUE INDEX "uq_instances_running" ON "workflow"."instances" (subject_id, definition_id) WHERE (finished_at IS NULL);
-- Create trigger touch_updated_at on instances
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.instances FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create trigger record_change on instances
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE ON workflow.instances FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
-- Grant to "app_user" on table workflow.instances
GRANT SELECT ON TABLE "workflow"."instances" TO "app_user";
-- Grant to "workflow_runner" on table workflow.instances
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "workflow"."instances" TO "workflow_runner";
-- Add foreign key fk_approval_requests_workflow_instance_id to table approval_requests
ALTER TABLE "crm"."approval_requests" ADD CONSTRAINT "fk_approval_requests_workflow_instance_id" FOREIGN KEY (workflow_instance_id) REFERENCES workflow.instances(id) ON DELETE SET NULL;
-- Create table instance_events
CREATE TABLE "workflow"."instance_events" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "instance_id" uuid NOT NULL,
  "sequence_no" integer NOT NULL,
  "event" text NOT NULL,
  "from_state" text,
  "to_state" text NOT NULL,
  "actor_id" uuid,
  "occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
  "payload" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "pk_instance_events" PRIMARY KEY (id),
  CONSTRAINT "uq_instance_events_instance_id_sequence_no" UNIQUE (instance_id, sequence_no),
  CONSTRAINT "fk_instance_events_instance_id" FOREIGN KEY (instance_id) REFERENCES workflow.instances(id) ON DELETE CASCADE,
  CONSTRAINT "fk_instance_events_actor_id" FOREIGN KEY (actor_id) REFERENCES crm.users(id) ON DELETE SET NULL
);
-- Set comment of table workflow.instance_events
COMMENT ON TABLE "workflow"."instance_events" IS 'The history of an instance; its state can be rebuilt from it';
-- Grant to "workflow_runner" on table workflow.instance_events
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "workflow"."instance_events" TO "workflow_runner";
-- Create table jobs
CREATE TABLE "workflow"."jobs" (
  "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  "instance_id" uuid,
  "action" text NOT NULL,
  "arguments" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "status" workflow.job_status DEFAULT 'ready'::workflow.job_status NOT NULL,
  "priority" smallint DEFAULT 0 NOT NULL,
  "attempts" smallint DEFAULT 0 NOT NULL,
  "max_attempts" smallint DEFAULT 5 NOT NULL,
  "run_at" timestamp with time zone DEFAULT now() NOT NULL,
  "leased_until" timestamp with time zone,
  "last_error" text,
  CONSTRAINT "pk_jobs" PRIMARY KEY (id),
  CONSTRAINT "ck_jobs_attempts_range" CHECK (((attempts >= 0) AND (attempts <= max_attempts))),
  CONSTRAINT "ck_jobs_running_has_lease" CHECK (((status = 'running'::workflow.job_status) = (leased_until IS NOT NULL))),
  CONSTRAINT "fk_jobs_instance_id" FOREIGN KEY (instance_id) REFERENCES workflow.instances(id) ON DELETE CASCADE
) WITH (autovacuum_vacuum_scale_factor='0.01', fillfactor='60');
-- Create index ix_jobs_instance_id on jobs
CREATE INDEX "ix_jobs_instance_id" ON "workflow"."jobs" (instance_id);
-- Create index ix_jobs_ready on jobs
CREATE INDEX "ix_jobs_ready" ON "workflow"."jobs" (priority DESC, run_at) WHERE (status = 'ready'::workflow.job_status);
-- Set comment of table workflow.jobs
COMMENT ON TABLE "workflow"."jobs" IS 'A queue: taken with FOR UPDATE SKIP LOCKED by workflow.take_jobs()';
-- Grant to "workflow_runner" on table workflow.jobs
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "workflow"."jobs" TO "workflow_runner";
-- Create table tasks
CREATE TABLE "workflow"."tasks" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "instance_id" uuid NOT NULL,
  "title" text NOT NULL,
  "status" workflow.task_status DEFAULT 'open'::workflow.task_status NOT NULL,
  "team_id" uuid,
  "assignee_id" uuid,
  "due_at" timestamp with time zone,
  "finished_at" timestamp with time zone,
  "outcome" jsonb,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "pk_tasks" PRIMARY KEY (id),
  CONSTRAINT "ck_tasks_claimed_by_someone" CHECK (((status <> 'claimed'::workflow.task_status) OR (assignee_id IS NOT NULL))),
  CONSTRAINT "ck_tasks_finished_has_date" CHECK (((status = ANY (ARRAY['done'::workflow.task_status, 'cancelled'::workflow.task_status])) = (finished_at IS NOT NULL))),
  CONSTRAINT "fk_tasks_instance_id" FOREIGN KEY (instance_id) REFERENCES workflow.instances(id) ON DELETE CASCADE,
  CONSTRAINT "fk_tasks_team_id" FOREIGN KEY (team_id) REFERENCES crm.teams(id),
  CONSTRAINT "fk_tasks_assignee_id" FOREIGN KEY (assignee_id) REFERENCES crm.users(id)
);
-- Enable row level security on table tasks
ALTER TABLE "workflow"."tasks" ENABLE ROW LEVEL SECURITY;
-- Create index ix_tasks_inbox on tasks
CREATE INDEX "ix_tasks_inbox" ON "workflow"."tasks" (team_id, due_at) INCLUDE (instance_id, title) WHERE (status = 'open'::workflow.task_status);
-- Create index ix_tasks_instance_id on tasks
CREATE INDEX "ix_tasks_instance_id" ON "workflow"."tasks" (instance_id);
-- Create index ix_tasks_mine on tasks
CREATE INDEX "ix_tasks_mine" ON "workflow"."tasks" (assignee_id) WHERE (status = 'claimed'::workflow.task_status);
-- Create trigger touch_updated_at on tasks
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.tasks FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
-- Create policy tasks_for_programs on tasks
CREATE POLICY "tasks_for_programs" ON "workflow"."tasks" TO "workflow_runner" USING (true);
-- Create policy tasks_of_my_teams on tasks
CREATE POLICY "tasks_of_my_teams" ON "workflow"."tasks" TO "app_user" USING (((assignee_id = crm.current_user_id()) OR (team_id IN ( SELECT m.team_id
   FROM crm.team_members m
  WHERE (m.user_id = crm.current_user_id())))));
-- Grant to "app_user" on table workflow.tasks
GRANT SELECT, UPDATE ON TABLE "workflow"."tasks" TO "app_user";
-- Grant to "workflow_runner" on table workflow.tasks
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "workflow"."tasks" TO "workflow_runner";
-- Create table timers
CREATE TABLE "workflow"."timers" (
  "instance_id" uuid NOT NULL,
  "name" text NOT NULL,
  "event" text NOT NULL,
  "fires_at" timestamp with time zone NOT NULL,
  "fired_at" timestamp with time zone,
  CONSTRAINT "pk_timers" PRIMARY KEY (instance_id, name),
  CONSTRAINT "fk_timers_instance_id" FOREIGN KEY (instance_id) REFERENCES workflow.instances(id) ON DELETE CASCADE
);
-- Create index ix_timers_due on timers
CREATE INDEX "ix_timers_due" ON "workflow"."timers" (fires_at) WHERE (fired_at IS NULL);
-- Grant to "workflow_runner" on table workflow.timers
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "workflow"."timers" TO "workflow_runner";
-- Create table transitions
CREATE TABLE "workflow"."transitions" (
  "version_id" uuid NOT NULL,
  "from_state" text NOT NULL,
  "event" text NOT NULL,
  "to_state" text NOT NULL,
  "guard" jsonb,
  "allowed_roles" text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT "pk_transitions" PRIMARY KEY (version_id, from_state, event),
  CONSTRAINT "fk_transitions_version_id_from_state" FOREIGN KEY (version_id, from_state) REFERENCES workflow.states(version_id, code) ON DELETE CASCADE,
  CONSTRAINT "fk_transitions_version_id_to_state" FOREIGN KEY (version_id, to_state) REFERENCES workflow.states(version_id, code) ON DELETE CASCADE
);
-- Set comment of column workflow.transitions.guard
COMMENT ON COLUMN "workflow"."transitions"."guard" IS 'A predicate over the instance''s context';
-- Grant to "app_user" on table workflow.transitions
GRANT SELECT ON TABLE "workflow"."transitions" TO "app_user";
-- Grant to "workflow_runner" on table workflow.transitions
GRANT SELECT ON TABLE "workflow"."transitions" TO "workflow_runner";
-- Create table transition_actions
CREATE TABLE "workflow"."transition_actions" (
  "version_id" uuid NOT NULL,
  "from_state" text NOT NULL,
  "event" text NOT NULL,
  "position" smallint NOT NULL,
  "action" text NOT NULL,
  "arguments" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "pk_transition_actions" PRIMARY KEY (version_id, from_state, event, "position"),
  CONSTRAINT "fk_transition_actions_version_id_from_state_event" FOREIGN KEY (version_id, from_state, event) REFERENCES workflow.transitions(version_id, from_state, event) ON UPDATE CASCADE ON DELETE CASCADE
);
-- Grant to "app_user" on table workflow.transition_actions
GRANT SELECT ON TABLE "workflow"."transition_actions" TO "app_user";
-- Grant to "workflow_runner" on table workflow.transition_actions
GRANT SELECT ON TABLE "workflow"."transition_actions" TO "workflow_runner";
-- Create view inbox
CREATE VIEW "workflow"."inbox" ("id", "title", "due_at", "status", "team_id", "assignee_id", "workflow", "subject_id", "state") WITH (security_invoker='true') AS
 SELECT t.id,
    t.title,
    t.due_at,
    t.status,
    t.team_id,
    t.assignee_id,
    d.code AS workflow,
    i.subject_id,
    i.state
   FROM ((workflow.tasks t
     JOIN workflow.instances i ON ((i.id = t.instance_id)))
     JOIN workflow.definitions d ON ((d.id = i.definition_id)))
  WHERE (t.status = ANY (ARRAY['open'::workflow.task_status, 'claimed'::workflow.task_status]));
-- Grant to "app_user" on view workflow.inbox
GRANT SELECT ON TABLE "workflow"."inbox" TO "app_user";
-- Replace function refuse_change_of_sent_quote
CREATE OR REPLACE FUNCTION crm.refuse_change_of_sent_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    quote_status crm.quote_status;
BEGIN
    SELECT q.status INTO quote_status FROM crm.quotes AS q WHERE q.id = coalesce(NEW.quote_id, OLD.quote_id);
    IF quote_status IN ('in_review', 'sent', 'accepted') THEN
        RAISE EXCEPTION 'quote is %, its lines cannot change', quote_status
            USING ERRCODE = 'restrict_violation', HINT = 'Withdraw it from review, or make a new revision of the quote.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$function$;
-- Create function announce_job
CREATE FUNCTION workflow.announce_job()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM pg_notify('workflow_jobs', '');
    RETURN NULL;
END
$function$;
-- Create trigger announce_job on jobs
CREATE TRIGGER announce_job AFTER INSERT ON workflow.jobs FOR EACH STATEMENT EXECUTE FUNCTION workflow.announce_job();
-- Create function fire
CREATE FUNCTION workflow.fire(instance uuid, event_name text, seen_version integer, event_payload jsonb DEFAULT '{}'::jsonb)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
DECLARE
    moved workflow.instances;
    old_state text;
BEGIN
    SELECT i.state INTO old_state FROM workflow.instances AS i WHERE i.id = instance FOR UPDATE;

    UPDATE workflow.instances AS i
    SET state = t.to_state,
        lock_version = i.lock_version + 1,
        finished_at = CASE s.kind WHEN 'final' THEN now() END
    FROM workflow.transitions AS t
    JOIN workflow.states AS s ON s.version_id = t.version_id AND s.code = t.to_state
    WHERE i.id = instance
      AND i.lock_version = seen_version
      AND t.version_id = i.version_id
      AND t.from_state = i.state
      AND t.event = event_name
    RETURNING i.* INTO moved;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % does not fit instance % in state %', event_name, instance, old_state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;

    INSERT INTO workflow.instance_events (instance_id, sequence_no, event, from_state, to_state, actor_id, payload)
    VALUES (instance, moved.lock_version, event_name, old_state, moved.state, crm.current_user_id(), event_payload);
    INSERT INTO workflow.jobs (instance_id, action, arguments)
    SELECT instance, a.action, a.arguments
    FROM workflow.transition_actions AS a
    WHERE a.version_id = moved.version_id AND a.from_state = old_state AND a.event = event_name
    ORDER BY a.position;
    RETURN moved.state;
END
$function$;
-- Create function refuse_change_of_published
CREATE FUNCTION workflow.refuse_change_of_published()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF EXISTS (
        SELECT FROM workflow.definition_versions AS v
        WHERE v.id = coalesce(NEW.version_id, OLD.version_id) AND v.published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a published workflow version cannot change' USING HINT = 'Make a new version.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$function$;
-- Create trigger refuse_change_of_published on states
CREATE TRIGGER refuse_change_of_published BEFORE INSERT OR DELETE OR UPDATE ON workflow.states FOR EACH ROW EXECUTE FUNCTION workflow.refuse_change_of_published();
-- Create trigger refuse_change_of_published on transitions
CREATE TRIGGER refuse_change_of_published BEFORE INSERT OR DELETE OR UPDATE ON workflow.transitions FOR EACH ROW EXECUTE FUNCTION workflow.refuse_change_of_published();
-- Create function take_jobs
CREATE FUNCTION workflow.take_jobs(batch integer DEFAULT 10, lease interval DEFAULT '00:01:00'::interval)
 RETURNS SETOF workflow.jobs
 LANGUAGE sql
 ROWS 10
AS $function$
    UPDATE workflow.jobs AS j
    SET status = 'running', attempts = j.attempts + 1, leased_until = now() + lease
    FROM (
        SELECT id FROM workflow.jobs
        WHERE status = 'ready' AND run_at <= now()
        ORDER BY priority DESC, run_at
        LIMIT batch
        FOR UPDATE SKIP LOCKED
    ) AS ready
    WHERE j.id = ready.id
    RETURNING j.*
$function$;
-- Revoke from PUBLIC on function workflow.take_jobs(integer, interval)
REVOKE EXECUTE ON FUNCTION "workflow"."take_jobs"(integer, interval) FROM PUBLIC;
-- Grant to "workflow_runner" on function workflow.take_jobs(integer, interval)
GRANT EXECUTE ON FUNCTION "workflow"."take_jobs"(integer, interval) TO "workflow_runner";
-- Modify table approval_policy_rules: drop check ck_approval_policy_rules_has_threshold, add check ck_approval_policy_rules_has_threshold
ALTER TABLE "crm"."approval_policy_rules"
  DROP CONSTRAINT "ck_approval_policy_rules_has_threshold",
  ADD CONSTRAINT "ck_approval_policy_rules_has_threshold" CHECK ((num_nonnulls(min_discount, min_total, required_state) > 0));
-- Let column approver_id of approval_steps be null
ALTER TABLE "crm"."approval_steps" ALTER COLUMN "approver_id" DROP NOT NULL;
-- Drop view quotes_awaiting_approval
DROP VIEW "crm"."quotes_awaiting_approval";
-- Create view quotes_awaiting_approval
CREATE VIEW "crm"."quotes_awaiting_approval" ("id", "number", "account_name", "net_total", "discount_percent", "workflow_state", "approver_id", "level", "due_at") AS
 SELECT o.id,
    o.number,
    o.account_name,
    o.net_total,
    o.discount_percent,
    w.state AS workflow_state,
    s.approver_id,
    s.level,
    s.due_at
   FROM (((crm.quote_overview o
     JOIN crm.approval_requests r ON (((r.quote_id = o.id) AND (r.status = 'pending'::crm.approval_status))))
     JOIN crm.approval_steps s ON (((s.request_id = r.id) AND (s.status = 'pending'::crm.approval_status))))
     LEFT JOIN workflow.instances w ON ((w.id = r.workflow_instance_id)));
-- Grant to "app_readonly" on view crm.quotes_awaiting_approval
GRANT SELECT ON TABLE "crm"."quotes_awaiting_approval" TO "app_readonly";
-- Grant to "app_user" on view crm.quotes_awaiting_approval
GRANT SELECT ON TABLE "crm"."quotes_awaiting_approval" TO "app_user";
