-- The roles belong to the cluster and are made where the cluster is made. On the dev database Telamon creates those
-- that are named here and missing. Tables are listed one by one: ALL TABLES IN SCHEMA would depend on the order of loading.

GRANT USAGE ON SCHEMA crm, billing TO app_user, billing_service, app_readonly;
GRANT USAGE ON SCHEMA audit TO auditor;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    crm.accounts, crm.account_addresses, crm.account_relationships, crm.account_team_members, crm.account_price_books,
    crm.contacts, crm.contact_consents, crm.activities, crm.deals, crm.deal_contacts,
    crm.quotes, crm.quote_line_groups, crm.quote_line_items, crm.quote_line_discounts, crm.quote_terms,
    crm.user_preferences, crm.approval_delegations
TO app_user;

GRANT SELECT, INSERT ON TABLE
    crm.approval_requests, crm.approval_steps, crm.contact_merges, crm.deal_stage_changes,
    crm.quote_documents, crm.quote_signatures
TO app_user;
GRANT UPDATE (status, decided_at, comment) ON TABLE crm.approval_steps TO app_user;
GRANT UPDATE (status, decided_at) ON TABLE crm.approval_requests TO app_user;

GRANT SELECT ON TABLE
    crm.industries, crm.territories, crm.territory_assignments, crm.currencies, crm.exchange_rates,
    crm.products, crm.product_families, crm.product_translations, crm.product_bundle_items, crm.product_features,
    crm.product_dependencies, crm.units_of_measure, crm.price_books, crm.price_book_entries, crm.price_tiers,
    crm.discount_schedules, crm.pipelines, crm.pipeline_stages, crm.teams, crm.team_members,
    crm.approval_policies, crm.approval_policy_rules, crm.sales_targets, crm.credit_limits
TO app_user, app_readonly;

GRANT SELECT (id, display_name, status, manager_id) ON TABLE crm.users TO app_user;
GRANT SELECT, UPDATE (display_name, locale, time_zone) ON TABLE crm.my_profile TO app_user;

GRANT SELECT ON TABLE
    crm.account_overview, crm.account_hierarchy, crm.product_catalog, crm.quote_overview,
    crm.quotes_awaiting_approval, crm.pipeline_summary, billing.open_invoices, billing.account_balances
TO app_user, app_readonly;
GRANT SELECT ON TABLE billing.monthly_recurring_revenue TO app_readonly WITH GRANT OPTION;

GRANT SELECT, INSERT, UPDATE ON TABLE
    billing.profiles, billing.contracts, billing.subscriptions, billing.subscription_items,
    billing.subscription_amendments, billing.usage_meters, billing.usage_records, billing.invoices,
    billing.invoice_lines, billing.credit_notes, billing.credit_note_lines, billing.counters,
    billing.dunning_notices, billing.payment_methods, billing.payments, billing.payment_allocations,
    billing.refunds, billing.gateway_events
TO billing_service;
GRANT SELECT ON TABLE
    billing.tax_rates, crm.accounts, crm.account_addresses, crm.products, crm.quotes, crm.quote_line_items
TO billing_service;
GRANT SELECT ON TABLE billing.invoices, billing.invoice_lines, billing.payments TO app_user;

GRANT SELECT ON TABLE audit.changes, audit.personal_data_accesses, audit.sign_ins TO auditor;
GRANT INSERT ON TABLE audit.personal_data_accesses, audit.sign_ins TO app_user;
GRANT USAGE ON SCHEMA audit TO app_user;

GRANT USAGE ON SEQUENCE crm.quote_number_seq TO app_user;

REVOKE EXECUTE ON FUNCTION crm.can_see_account(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm.can_see_account(uuid) TO app_user;
REVOKE EXECUTE ON PROCEDURE billing.issue_invoice(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE billing.issue_invoice(uuid, date) TO billing_service;
REVOKE EXECUTE ON FUNCTION audit.record_change() FROM PUBLIC;

GRANT USAGE ON SCHEMA sync, crm TO sync_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    sync.hubspot_portals, sync.hubspot_cursors, sync.hubspot_property_mappings, sync.hubspot_sync_runs,
    sync.hubspot_sync_failures, sync.hubspot_webhook_events
TO sync_worker;
GRANT SELECT, INSERT, UPDATE ON TABLE crm.accounts, crm.contacts, crm.deals TO sync_worker;
GRANT SELECT ON TABLE sync.hubspot_health TO sync_worker;
REVOKE EXECUTE ON FUNCTION sync.try_lock_cursor(uuid, sync.hubspot_object, sync.sync_direction, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sync.try_lock_cursor(uuid, sync.hubspot_object, sync.sync_direction, text, interval) TO sync_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    sync.enum_mapping_sets, sync.enum_mappings, sync.enum_mapping_gaps
TO sync_worker;
GRANT SELECT ON TABLE sync.enum_gaps TO sync_worker, app_readonly;
GRANT USAGE ON SCHEMA sync TO app_readonly;

GRANT USAGE ON SCHEMA workflow TO workflow_runner, app_user;
GRANT USAGE ON SCHEMA crm TO workflow_runner;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    workflow.instances, workflow.instance_events, workflow.tasks, workflow.timers, workflow.jobs
TO workflow_runner;
GRANT SELECT ON TABLE
    workflow.definitions, workflow.definition_versions, workflow.states, workflow.transitions,
    workflow.transition_actions
TO workflow_runner, app_user;
GRANT SELECT, UPDATE ON TABLE workflow.tasks TO app_user;
GRANT SELECT ON TABLE workflow.instances, workflow.inbox TO app_user;
GRANT SELECT, UPDATE ON TABLE crm.approval_requests, crm.approval_steps TO workflow_runner;
REVOKE EXECUTE ON FUNCTION workflow.take_jobs(integer, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workflow.take_jobs(integer, interval) TO workflow_runner;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    sync.external_catalogs, sync.product_links, sync.product_link_prices, sync.product_sync_runs,
    sync.product_sync_errors
TO sync_worker;
GRANT SELECT ON TABLE sync.stale_products TO sync_worker;
GRANT SELECT, UPDATE (hubspot_id, hubspot_synced_at, content_hash) ON TABLE crm.products TO sync_worker;
GRANT SELECT ON TABLE crm.price_books, crm.price_book_entries, crm.price_tiers TO sync_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
    sync.quote_line_item_states, sync.quote_line_item_outbox, sync.quote_line_item_conflicts
TO sync_worker;
GRANT SELECT ON TABLE sync.line_item_lag, crm.quotes TO sync_worker;
GRANT SELECT, UPDATE (hubspot_id, hubspot_synced_at) ON TABLE crm.quote_line_items TO sync_worker;
GRANT SELECT (status, quote_id) ON TABLE sync.quote_line_item_outbox TO app_user;
GRANT USAGE ON SCHEMA sync TO app_user;
REVOKE EXECUTE ON PROCEDURE sync.acknowledge_line_items(uuid, uuid[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE sync.acknowledge_line_items(uuid, uuid[], bigint[]) TO sync_worker;
