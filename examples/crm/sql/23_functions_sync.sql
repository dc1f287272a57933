-- Takes the cursor for a worker, or returns false when another worker holds it.
CREATE FUNCTION sync.try_lock_cursor(
    portal uuid, object_kind sync.hubspot_object, way sync.sync_direction, worker text, lease interval DEFAULT '5 minutes'
) RETURNS boolean
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE sync.hubspot_cursors AS c
    SET locked_by = worker, locked_until = now() + lease
    WHERE c.portal_id = portal
      AND c.object_type = object_kind
      AND c.direction = way
      AND (c.locked_until IS NULL OR c.locked_until < now());
    RETURN FOUND;
END
$$;

-- Translates one external value. An unknown one falls back, or is noted as a gap and becomes NULL.
CREATE FUNCTION sync.to_internal(mapping_set uuid, external_value text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    found_value text;
BEGIN
    SELECT m.internal_value INTO found_value
    FROM sync.enum_mappings AS m
    WHERE m.set_id = mapping_set AND m.external_value = to_internal.external_value AND m.direction <> 'outbound';
    IF FOUND THEN
        RETURN found_value;
    END IF;

    SELECT s.fallback INTO found_value FROM sync.enum_mapping_sets AS s WHERE s.id = mapping_set;
    IF found_value IS NULL THEN
        INSERT INTO sync.enum_mapping_gaps AS g (set_id, external_value)
        VALUES (mapping_set, to_internal.external_value)
        ON CONFLICT ON CONSTRAINT uq_enum_mapping_gaps_set_id_external_value
        DO UPDATE SET seen = g.seen + 1, last_seen_at = now();
    END IF;
    RETURN found_value;
END
$$;

-- A mapping must name a label that the enum has.
CREATE FUNCTION sync.check_internal_value() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM sync.enum_mapping_sets AS s
        JOIN pg_namespace AS n ON n.nspname = s.enum_schema
        JOIN pg_type AS t ON t.typnamespace = n.oid AND t.typname = s.enum_name
        JOIN pg_enum AS e ON e.enumtypid = t.oid
        WHERE s.id = NEW.set_id AND e.enumlabel = NEW.internal_value
    ) THEN
        RAISE EXCEPTION '% is not a value of the mapped enum', NEW.internal_value USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- What a catalogue is told about a product, as a hash: it changes exactly when there is something to tell.
CREATE FUNCTION sync.product_hash(product crm.products) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN sha256(convert_to(
        jsonb_build_array(
            (product).sku, (product).name, (product).description, (product).kind, (product).is_active, (product).attributes
        )::text,
        'UTF8'
    ));

CREATE FUNCTION sync.mark_product_links() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE sync.product_links AS l
    SET wanted_hash = sync.product_hash(NEW)
    WHERE l.product_id = NEW.id AND l.wanted_hash IS DISTINCT FROM sync.product_hash(NEW);
    RETURN NULL;
END
$$;

CREATE FUNCTION sync.count_line_version() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.sync_version := OLD.sync_version + 1;
    RETURN NEW;
END
$$;

CREATE FUNCTION sync.enqueue_line_item() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line crm.quote_line_items := coalesce(NEW, OLD);
BEGIN
    INSERT INTO sync.quote_line_item_outbox (line_item_id, quote_id, operation, version, hubspot_id)
    VALUES (
        line.id,
        line.quote_id,
        CASE TG_OP WHEN 'DELETE' THEN 'delete' ELSE 'upsert' END::sync.outbox_operation,
        line.sync_version,
        line.hubspot_id
    );
    RETURN NULL;
END
$$;

CREATE PROCEDURE sync.acknowledge_line_items(IN portal uuid, IN line_items uuid[], IN versions bigint[])
    LANGUAGE sql
AS $$
    INSERT INTO sync.quote_line_item_states AS s (portal_id, line_item_id, sent_version, acknowledged_version)
    SELECT portal, a.line_item_id, a.version, a.version
    FROM unnest(line_items, versions) AS a (line_item_id, version)
    ON CONFLICT (portal_id, line_item_id) DO UPDATE
    SET sent_version = greatest(s.sent_version, excluded.sent_version),
        acknowledged_version = greatest(s.acknowledged_version, excluded.acknowledged_version)
$$;
