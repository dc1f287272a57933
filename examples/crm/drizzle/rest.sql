-- What the models say and Drizzle cannot: a partitioned table, exclusion, deferred checking, covering indexes, storage,
-- comments. All that neither says is in ../sql, for both.

CREATE TABLE audit.changes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    occurred_at timestamptz DEFAULT now() NOT NULL,
    schema_name text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    operation audit.change_operation NOT NULL,
    actor_id uuid,
    before jsonb,
    after jsonb,
    CONSTRAINT pk_changes PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX ix_changes_table_name_row_key ON audit.changes (table_name, row_key);
CREATE INDEX ix_changes_occurred_at ON audit.changes USING brin (occurred_at);

ALTER TABLE crm.territory_assignments
    ADD CONSTRAINT ex_territory_assignments_one_owner_at_a_time
    EXCLUDE USING gist (territory_id WITH =, during WITH &&);
ALTER TABLE crm.exchange_rates
    ADD CONSTRAINT ex_exchange_rates_one_rate_a_day
    EXCLUDE USING gist (base WITH =, quote WITH =, daterange(valid_from, valid_until) WITH &&);
ALTER TABLE crm.price_book_entries
    ADD CONSTRAINT ex_price_book_entries_no_overlap
    EXCLUDE USING gist (price_book_id WITH =, product_id WITH =, validity WITH &&);
ALTER TABLE billing.subscription_items
    ADD CONSTRAINT ex_subscription_items_no_overlap
    EXCLUDE USING gist (subscription_id WITH =, product_id WITH =, during WITH &&) WHERE (NOT is_addon);
ALTER TABLE billing.tax_rates
    ADD CONSTRAINT ex_tax_rates_no_overlap EXCLUDE USING gist (country WITH =, category WITH =, during WITH &&);

ALTER TABLE crm.accounts
    ADD CONSTRAINT fk_accounts_primary_contact_id
    FOREIGN KEY (primary_contact_id) REFERENCES crm.contacts (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE crm.quote_line_items
    ADD CONSTRAINT uq_quote_line_items_quote_id_line_no UNIQUE (quote_id, line_no) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE crm.quote_line_items
    ADD CONSTRAINT fk_quote_line_items_quote_id_group_no
    FOREIGN KEY (quote_id, group_no)
    REFERENCES crm.quote_line_groups (quote_id, group_no) DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE workflow.definition_versions
    ADD CONSTRAINT fk_definition_versions_id_initial_state
    FOREIGN KEY (id, initial_state) REFERENCES workflow.states (version_id, code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE sync.quote_line_item_conflicts
    ADD CONSTRAINT fk_quote_line_item_conflicts_portal_id_line_item_id
    FOREIGN KEY (portal_id, line_item_id)
    REFERENCES sync.quote_line_item_states (portal_id, line_item_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX ix_accounts_owner_live ON crm.accounts (owner_id, name COLLATE pg_catalog."C")
    INCLUDE (kind) WHERE archived_at IS NULL;
CREATE INDEX ix_deals_open_by_owner ON crm.deals (owner_id, expected_close_on)
    INCLUDE (amount, currency) WHERE status = 'open';
CREATE INDEX ix_quote_line_items_product_id ON crm.quote_line_items (product_id) INCLUDE (quantity, net_amount);
CREATE INDEX ix_usage_records_unbilled ON billing.usage_records (subscription_id, meter_id)
    INCLUDE (amount) WHERE billed_at IS NULL;
CREATE INDEX ix_invoices_overdue ON billing.invoices (due_on) INCLUDE (account_id) WHERE status = 'open';
CREATE INDEX ix_tasks_inbox ON workflow.tasks (team_id, due_at) INCLUDE (instance_id, title) WHERE status = 'open';

ALTER TABLE billing.counters SET (fillfactor = 50);
ALTER TABLE sync.hubspot_cursors SET (fillfactor = 70);
ALTER TABLE workflow.jobs SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01);

COMMENT ON TABLE crm.users IS 'People who sign in; they are deactivated, never deleted';
COMMENT ON TABLE crm.api_keys IS 'Credentials of programs; only the hash of the secret is kept';
COMMENT ON COLUMN crm.api_keys.allowed_networks IS 'NULL allows every network';
COMMENT ON COLUMN crm.territories.countries IS 'ISO 3166-1 alpha-2 codes';
COMMENT ON TABLE crm.territory_assignments IS 'Which team owns a territory, and when: one team at a time';
COMMENT ON TABLE crm.accounts IS 'Companies that we sell to, or hope to';
COMMENT ON COLUMN crm.accounts.primary_contact_id IS
    'Checked at commit, so that an account and its first contact can be inserted together';
COMMENT ON COLUMN crm.account_relationships.share IS 'Part of the capital, for subsidiaries';
COMMENT ON TABLE crm.account_team_members IS 'Everyone besides the owner who may work on an account';
COMMENT ON TABLE crm.contacts IS 'People at an account; in HubSpot they may also stand alone';
COMMENT ON TABLE crm.contact_consents IS 'Kept as evidence: consent is withdrawn, never deleted';
COMMENT ON TABLE crm.contact_merges IS 'Identifiers of contacts that were merged into another one';
COMMENT ON COLUMN crm.products.manufacturer_code IS 'The article number that the manufacturer uses';
COMMENT ON COLUMN crm.products.content_hash IS 'SHA-256 of what the catalogues were last told';
COMMENT ON COLUMN crm.product_features.limit_value IS 'NULL means without limit';
COMMENT ON TABLE crm.price_books IS 'Lists of prices; one standard list for each currency';
COMMENT ON TABLE crm.price_book_entries IS 'The price of a product in a price book during a period';
COMMENT ON COLUMN crm.price_book_entries.floor_price IS 'Below this price an approval is needed';
COMMENT ON TABLE crm.deal_stage_changes IS 'Written by a trigger on deals; the source of pipeline velocity reports';
COMMENT ON COLUMN crm.quotes.net_total IS 'Kept by a trigger on the line items';
COMMENT ON COLUMN crm.quote_line_items.line_no IS 'Deferred uniqueness: lines can be renumbered in one statement';
COMMENT ON COLUMN crm.quote_line_items.sync_version IS 'Counts the changes that HubSpot must learn';
COMMENT ON COLUMN crm.approval_policies.condition IS 'A predicate over the quote, as a JSON expression tree';
COMMENT ON COLUMN crm.approval_policy_rules.required_state IS 'The rule applies when the workflow is in this state';
COMMENT ON COLUMN crm.approval_steps.approver_id IS 'NULL until somebody of the team claims the step';
COMMENT ON TABLE billing.profiles IS 'How an account wants to be invoiced';
COMMENT ON COLUMN billing.invoices.number IS 'Given when issued; without gaps';
COMMENT ON TABLE billing.counters IS
    'Numbers without gaps: the row is locked by the transaction that issues a document';
COMMENT ON TABLE billing.payment_methods IS 'References into the payment gateway; no card numbers are kept';
COMMENT ON TABLE billing.gateway_events IS 'Webhooks as they came; the key makes redelivery harmless';
COMMENT ON TABLE audit.changes IS 'Every change to the audited tables, written by audit.record_change()';
COMMENT ON COLUMN audit.personal_data_accesses.contact_id IS 'No foreign key: the record outlives the contact';
COMMENT ON COLUMN sync.hubspot_portals.secret_name IS 'Where the token is kept; the token itself never comes here';
COMMENT ON TABLE sync.enum_mapping_sets IS 'One for each pair of an external system and an enum of ours';
COMMENT ON COLUMN sync.enum_mapping_sets.fallback IS 'Our value for unknown external ones; NULL reports a gap';
COMMENT ON COLUMN workflow.definitions.subject_table IS 'The table whose rows go through the workflow, as crm.quotes';
COMMENT ON TABLE workflow.definition_versions IS 'A published version never changes; running instances stay on theirs';
COMMENT ON COLUMN workflow.definition_versions.initial_state IS
    'Checked at commit: the version comes before its states';
COMMENT ON COLUMN workflow.transitions.guard IS 'A predicate over the instance''s context';
COMMENT ON TABLE workflow.instance_events IS 'The history of an instance; its state can be rebuilt from it';
COMMENT ON TABLE workflow.jobs IS 'A queue: taken with FOR UPDATE SKIP LOCKED by workflow.take_jobs()';
COMMENT ON COLUMN sync.external_catalogs.price_book_id IS 'The prices that the catalogue shows';
COMMENT ON TABLE sync.quote_line_item_states IS 'The last version of a line that each portal was sent, and confirmed';
COMMENT ON TABLE sync.quote_line_item_outbox IS
    'Filled by the transaction that changes a line; no foreign key, for deletions';
