CREATE VIEW billing.open_invoices AS
SELECT
    i.id,
    i.number,
    i.account_id,
    a.name AS account_name,
    i.currency,
    i.gross_total - i.paid_total AS balance,
    i.due_on,
    greatest(CURRENT_DATE - i.due_on, 0) AS days_overdue
FROM billing.invoices AS i
JOIN crm.accounts AS a ON a.id = i.account_id
WHERE i.status = 'open';

CREATE VIEW billing.account_balances AS
SELECT
    o.account_id,
    o.currency,
    sum(o.balance) AS balance,
    sum(o.balance) FILTER (WHERE o.days_overdue > 0) AS overdue,
    l.amount AS credit_limit
FROM billing.open_invoices AS o
LEFT JOIN crm.credit_limits AS l ON l.account_id = o.account_id AND l.currency = o.currency
GROUP BY o.account_id, o.currency, l.amount;

CREATE MATERIALIZED VIEW billing.monthly_recurring_revenue AS
SELECT
    s.account_id,
    s.currency,
    i.product_id,
    count(DISTINCT s.id) AS subscriptions,
    sum(
        round(i.quantity * i.unit_price * (1 - i.discount_percent / 100), 2)
        / CASE s.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 END
    ) AS amount
FROM billing.subscriptions AS s
JOIN billing.subscription_items AS i ON i.subscription_id = s.id AND i.during @> CURRENT_DATE
WHERE s.status IN ('active', 'past_due')
GROUP BY s.account_id, s.currency, i.product_id
WITH NO DATA;

-- REFRESH MATERIALIZED VIEW CONCURRENTLY needs it.
CREATE UNIQUE INDEX uq_monthly_recurring_revenue
    ON billing.monthly_recurring_revenue (account_id, currency, product_id);
CREATE INDEX ix_monthly_recurring_revenue_product_id ON billing.monthly_recurring_revenue (product_id) INCLUDE (amount);

COMMENT ON MATERIALIZED VIEW billing.monthly_recurring_revenue IS 'Refreshed every night';
