-- Runs with the rights of its owner: the application writes the log only through this trigger.
CREATE FUNCTION audit.record_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    row_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    IF row_before IS NOT DISTINCT FROM row_after THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit.changes (schema_name, table_name, row_key, operation, actor_id, before, after)
    VALUES (
        TG_TABLE_SCHEMA,
        TG_TABLE_NAME,
        coalesce(row_after, row_before) ->> TG_ARGV[0],
        lower(TG_OP)::audit.change_operation,
        crm.current_user_id(),
        row_before,
        row_after
    );
    RETURN NULL;
END
$$;

CREATE FUNCTION audit.refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append only' USING ERRCODE = 'insufficient_privilege';
END
$$;
