-- The tables whose every change is kept, with the column that names the row.

CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.accounts
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.contacts
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.deals
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.quotes
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.quote_line_items
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON crm.price_book_entries
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON billing.subscriptions
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON billing.invoices
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON billing.payments
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON billing.payment_methods
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON workflow.instances
    FOR EACH ROW EXECUTE FUNCTION audit.record_change('id');

CREATE TRIGGER refuse_rewriting BEFORE UPDATE OR DELETE ON audit.changes
    FOR EACH ROW EXECUTE FUNCTION audit.refuse_rewriting();
CREATE TRIGGER refuse_truncating BEFORE TRUNCATE ON audit.changes
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_rewriting();
