-- One trigger for each table whose model is Timestamped.

CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.account_addresses
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.accounts
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.activities
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.api_keys
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.approval_policies
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.approval_requests
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.contacts
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.deals
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.discount_schedules
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.pipelines
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.price_book_entries
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.price_books
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.product_families
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.products
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.quote_line_items
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.quotes
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.teams
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.territories
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON crm.users
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.contracts
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.credit_notes
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.invoices
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.payment_methods
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.payments
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.profiles
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.refunds
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.subscription_items
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.subscriptions
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON billing.usage_meters
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_portals
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_cursors
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.hubspot_property_mappings
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.enum_mapping_sets
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.enum_mappings
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.definitions
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.instances
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON workflow.tasks
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.external_catalogs
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.product_links
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sync.quote_line_item_states
    FOR EACH ROW EXECUTE FUNCTION crm.touch_updated_at();
