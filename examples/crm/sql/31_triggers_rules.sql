CREATE TRIGGER refuse_change_of_sent_quote BEFORE INSERT OR UPDATE OR DELETE ON crm.quote_line_items
    FOR EACH ROW EXECUTE FUNCTION crm.refuse_change_of_sent_quote();

-- One trigger for each event: a trigger with transition tables serves only one.
CREATE TRIGGER refresh_totals_on_insert AFTER INSERT ON crm.quote_line_items
    REFERENCING NEW TABLE AS changed_lines
    FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();
CREATE TRIGGER refresh_totals_on_update AFTER UPDATE ON crm.quote_line_items
    REFERENCING NEW TABLE AS changed_lines
    FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();
CREATE TRIGGER refresh_totals_on_delete AFTER DELETE ON crm.quote_line_items
    REFERENCING OLD TABLE AS changed_lines
    FOR EACH STATEMENT EXECUTE FUNCTION crm.refresh_quote_totals();

CREATE TRIGGER record_first_stage AFTER INSERT ON crm.deals
    FOR EACH ROW EXECUTE FUNCTION crm.record_stage_change();
CREATE TRIGGER record_stage_change AFTER UPDATE OF stage_code ON crm.deals
    FOR EACH ROW WHEN (OLD.stage_code IS DISTINCT FROM NEW.stage_code)
    EXECUTE FUNCTION crm.record_stage_change();

-- Checked at commit: the deal may be won before its contacts are attached.
CREATE CONSTRAINT TRIGGER require_primary_contact AFTER INSERT OR UPDATE OF status ON crm.deals
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.status = 'won')
    EXECUTE FUNCTION crm.require_primary_contact();

CREATE TRIGGER settle_invoice AFTER INSERT OR UPDATE ON billing.payment_allocations
    FOR EACH ROW EXECUTE FUNCTION billing.settle_invoice();

CREATE TRIGGER check_internal_value BEFORE INSERT OR UPDATE OF internal_value ON sync.enum_mappings
    FOR EACH ROW EXECUTE FUNCTION sync.check_internal_value();

CREATE TRIGGER announce_job AFTER INSERT ON workflow.jobs
    FOR EACH STATEMENT EXECUTE FUNCTION workflow.announce_job();
CREATE TRIGGER refuse_change_of_published BEFORE INSERT OR UPDATE OR DELETE ON workflow.states
    FOR EACH ROW EXECUTE FUNCTION workflow.refuse_change_of_published();
CREATE TRIGGER refuse_change_of_published BEFORE INSERT OR UPDATE OR DELETE ON workflow.transitions
    FOR EACH ROW EXECUTE FUNCTION workflow.refuse_change_of_published();

CREATE TRIGGER mark_product_links AFTER UPDATE OF sku, name, description, kind, is_active, attributes ON crm.products
    FOR EACH ROW EXECUTE FUNCTION sync.mark_product_links();

-- What HubSpot itself reports must not go back to it: the columns of the synchronisation are not listed.
CREATE TRIGGER count_line_version
    BEFORE UPDATE OF product_id, description, quantity, unit_price, discount_percent, starts_on, ends_on
    ON crm.quote_line_items
    FOR EACH ROW EXECUTE FUNCTION sync.count_line_version();
CREATE TRIGGER enqueue_new_line AFTER INSERT OR DELETE ON crm.quote_line_items
    FOR EACH ROW EXECUTE FUNCTION sync.enqueue_line_item();
CREATE TRIGGER enqueue_changed_line AFTER UPDATE ON crm.quote_line_items
    FOR EACH ROW WHEN (OLD.sync_version <> NEW.sync_version)
    EXECUTE FUNCTION sync.enqueue_line_item();
