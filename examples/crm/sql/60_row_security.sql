-- A person sees the accounts that they own or work on, and what hangs on them.

ALTER TABLE crm.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.deals ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.quotes ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.quote_line_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.user_preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.user_preferences FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.changes ENABLE ROW LEVEL SECURITY;

CREATE POLICY accounts_of_mine ON crm.accounts TO app_user
    USING (owner_id = crm.current_user_id() OR crm.can_see_account(id))
    WITH CHECK (owner_id = crm.current_user_id());
CREATE POLICY accounts_live_only ON crm.accounts AS RESTRICTIVE FOR UPDATE TO app_user
    USING (archived_at IS NULL);
CREATE POLICY accounts_for_programs ON crm.accounts TO billing_service, sync_worker
    USING (true);

CREATE POLICY contacts_of_my_accounts ON crm.contacts TO app_user
    USING (owner_id = crm.current_user_id() OR crm.can_see_account(account_id));

CREATE POLICY contacts_for_programs ON crm.contacts TO sync_worker
    USING (true);

CREATE POLICY deals_of_my_accounts ON crm.deals TO app_user
    USING (owner_id = crm.current_user_id() OR crm.can_see_account(account_id));
CREATE POLICY deals_open_only ON crm.deals AS RESTRICTIVE FOR DELETE TO app_user
    USING (status = 'open');

CREATE POLICY deals_for_programs ON crm.deals TO sync_worker
    USING (true);

CREATE POLICY quotes_of_my_accounts ON crm.quotes TO app_user
    USING (owner_id = crm.current_user_id() OR crm.can_see_account(account_id));
CREATE POLICY quotes_for_approvers ON crm.quotes FOR SELECT TO app_user
    USING (EXISTS (
        SELECT FROM crm.approval_requests AS r
        JOIN crm.approval_steps AS s ON s.request_id = r.id
        WHERE r.quote_id = quotes.id AND s.approver_id = crm.current_user_id()
    ));
CREATE POLICY quotes_for_programs ON crm.quotes FOR SELECT TO billing_service
    USING (status = 'accepted');
CREATE POLICY quotes_for_sync ON crm.quotes FOR SELECT TO sync_worker
    USING (status NOT IN ('draft', 'in_review'));

-- Visible when the quote is: the subquery is itself subject to the policies of quotes.
CREATE POLICY lines_of_visible_quotes ON crm.quote_line_items TO app_user
    USING (EXISTS (SELECT FROM crm.quotes AS q WHERE q.id = quote_line_items.quote_id));
CREATE POLICY lines_for_programs ON crm.quote_line_items FOR SELECT TO billing_service, sync_worker
    USING (true);

CREATE POLICY own_preferences ON crm.user_preferences
    USING (user_id = crm.current_user_id());

CREATE POLICY changes_for_auditors ON audit.changes FOR SELECT TO auditor
    USING (true);

COMMENT ON POLICY accounts_live_only ON crm.accounts IS 'Archived accounts are read only';

ALTER TABLE workflow.tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY tasks_of_my_teams ON workflow.tasks TO app_user
    USING (
        assignee_id = crm.current_user_id()
        OR team_id IN (SELECT m.team_id FROM crm.team_members AS m WHERE m.user_id = crm.current_user_id())
    );
CREATE POLICY tasks_for_programs ON workflow.tasks TO workflow_runner
    USING (true);
