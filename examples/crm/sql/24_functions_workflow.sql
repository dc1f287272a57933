-- Moves an instance along a transition; the lock version makes a second, concurrent move fail.
CREATE FUNCTION workflow.fire(instance uuid, event_name text, seen_version integer, event_payload jsonb DEFAULT '{}')
    RETURNS text
    LANGUAGE plpgsql
AS $$
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
$$;

CREATE FUNCTION workflow.take_jobs(batch integer DEFAULT 10, lease interval DEFAULT '1 minute')
    RETURNS SETOF workflow.jobs
    LANGUAGE sql
    ROWS 10
AS $$
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
$$;

CREATE FUNCTION workflow.announce_job() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('workflow_jobs', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION workflow.refuse_change_of_published() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM workflow.definition_versions AS v
        WHERE v.id = coalesce(NEW.version_id, OLD.version_id) AND v.published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a published workflow version cannot change' USING HINT = 'Make a new version.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
