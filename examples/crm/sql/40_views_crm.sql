CREATE VIEW crm.account_overview WITH (security_invoker = true) AS
SELECT
    a.id,
    a.name,
    a.kind,
    a.owner_id,
    u.display_name AS owner_name,
    i.label AS industry,
    c.full_name AS primary_contact,
    count(d.id) FILTER (WHERE d.status = 'open') AS open_deals,
    coalesce(sum(d.amount) FILTER (WHERE d.status = 'open'), 0) AS open_amount,
    max(d.closed_at) FILTER (WHERE d.status = 'won') AS last_won_at,
    a.hubspot_id,
    a.hubspot_synced_at
FROM crm.accounts AS a
LEFT JOIN crm.users AS u ON u.id = a.owner_id
LEFT JOIN crm.industries AS i ON i.code = a.industry_code
LEFT JOIN crm.contacts AS c ON c.id = a.primary_contact_id
LEFT JOIN crm.deals AS d ON d.account_id = a.id
WHERE a.archived_at IS NULL
GROUP BY a.id, u.display_name, i.label, c.full_name;

CREATE VIEW crm.account_hierarchy AS
WITH RECURSIVE tree AS (
    SELECT a.id, a.id AS root_id, 0 AS depth, ARRAY[a.name] AS path
    FROM crm.accounts AS a
    WHERE a.parent_id IS NULL
    UNION ALL
    SELECT a.id, t.root_id, t.depth + 1, t.path || a.name
    FROM crm.accounts AS a
    JOIN tree AS t ON t.id = a.parent_id
)
SELECT id, root_id, depth, path FROM tree;

CREATE VIEW crm.product_catalog AS
SELECT
    p.id,
    p.sku,
    p.name,
    p.kind,
    p.charge_model,
    p.manufacturer_code,
    f.name AS family,
    b.currency,
    e.list_price,
    e.floor_price,
    p.hubspot_id
FROM crm.products AS p
LEFT JOIN crm.product_families AS f ON f.id = p.family_id
LEFT JOIN crm.price_book_entries AS e ON e.product_id = p.id AND e.validity @> CURRENT_DATE
LEFT JOIN crm.price_books AS b ON b.id = e.price_book_id AND b.is_standard AND b.is_active
WHERE p.is_active;

CREATE VIEW crm.quote_overview WITH (security_invoker = true) AS
SELECT
    q.id,
    q.number,
    q.revision,
    q.status,
    q.account_id,
    a.name AS account_name,
    q.currency,
    q.net_total,
    q.gross_total,
    q.valid_until,
    t.line_count,
    t.discount_percent,
    (SELECT count(*) FROM sync.quote_line_item_outbox AS o WHERE o.quote_id = q.id AND o.status = 'pending')
        AS unsent_changes
FROM crm.quotes AS q
JOIN crm.accounts AS a ON a.id = q.account_id
CROSS JOIN LATERAL crm.quote_totals_of(q.id) AS t;

-- A view on a view.
CREATE VIEW crm.quotes_awaiting_approval AS
SELECT
    o.id,
    o.number,
    o.account_name,
    o.net_total,
    o.discount_percent,
    w.state AS workflow_state,
    s.approver_id,
    s.level,
    s.due_at
FROM crm.quote_overview AS o
JOIN crm.approval_requests AS r ON r.quote_id = o.id AND r.status = 'pending'
JOIN crm.approval_steps AS s ON s.request_id = r.id AND s.status = 'pending'
LEFT JOIN workflow.instances AS w ON w.id = r.workflow_instance_id;

CREATE VIEW crm.pipeline_summary AS
SELECT
    s.pipeline_id,
    s.code AS stage_code,
    s.label,
    s.position,
    d.currency,
    count(d.id) AS deals,
    sum(d.amount) AS amount,
    sum(d.amount * s.probability / 100) AS weighted_amount
FROM crm.pipeline_stages AS s
LEFT JOIN crm.deals AS d ON d.pipeline_id = s.pipeline_id AND d.stage_code = s.code AND d.status = 'open'
GROUP BY s.pipeline_id, s.code, s.label, s.position, d.currency;

-- What the application may change about itself, and no more.
CREATE VIEW crm.my_profile AS
SELECT id, email, display_name, locale, time_zone
FROM crm.users
WHERE id = crm.current_user_id()
WITH LOCAL CHECK OPTION;

COMMENT ON VIEW crm.account_overview IS 'One row for each live account, for lists';
COMMENT ON COLUMN crm.account_overview.open_amount IS 'In the currencies of the deals, added up: an indication only';
