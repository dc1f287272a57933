CREATE VIEW sync.hubspot_health AS
SELECT
    p.id AS portal_id,
    p.name,
    r.object_type,
    r.direction,
    max(r.finished_at) FILTER (WHERE r.status = 'succeeded') AS last_success_at,
    count(DISTINCT f.id) FILTER (WHERE f.resolved_at IS NULL) AS open_failures
FROM sync.hubspot_portals AS p
LEFT JOIN sync.hubspot_sync_runs AS r ON r.portal_id = p.id
LEFT JOIN sync.hubspot_sync_failures AS f ON f.run_id = r.id
GROUP BY p.id, p.name, r.object_type, r.direction;

CREATE VIEW sync.enum_gaps AS
SELECT s.system, s.enum_schema, s.enum_name, g.external_value, g.seen, g.last_seen_at
FROM sync.enum_mapping_gaps AS g
JOIN sync.enum_mapping_sets AS s ON s.id = g.set_id
ORDER BY g.seen DESC;

CREATE VIEW sync.stale_products AS
SELECT c.system, c.name AS catalog, l.product_id, p.sku, l.external_id, l.sent_hash IS NULL AS is_new
FROM sync.product_links AS l
JOIN sync.external_catalogs AS c ON c.id = l.catalog_id
JOIN crm.products AS p ON p.id = l.product_id
WHERE l.is_stale;

CREATE VIEW sync.line_item_lag AS
SELECT s.portal_id, i.quote_id, i.id AS line_item_id, i.sync_version - s.acknowledged_version AS versions_behind
FROM sync.quote_line_item_states AS s
JOIN crm.quote_line_items AS i ON i.id = s.line_item_id
WHERE i.sync_version > s.acknowledged_version;
