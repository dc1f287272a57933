CREATE FUNCTION crm.current_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('crm.user_id', true), '')::uuid;

COMMENT ON FUNCTION crm.current_user_id() IS 'The person behind the session, as the application has set it';

-- Used by an index: immutable, and independent of the search path.
CREATE FUNCTION crm.normalize_domain(website text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(website, '^(https?://)?(www[.])?([^/:]+).*$', '\3', 'i'));

CREATE FUNCTION crm.next_quote_number() RETURNS text
    LANGUAGE sql VOLATILE
AS $$
    SELECT 'Q-' || to_char(CURRENT_DATE, 'YYYY') || '-' || lpad(nextval('crm.quote_number_seq')::text, 6, '0')
$$;

CREATE FUNCTION crm.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- Row security asks this for every account: it must not itself be subject to row security.
CREATE FUNCTION crm.can_see_account(account_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM crm.accounts AS a
        WHERE a.id = can_see_account.account_id
          AND (a.owner_id = crm.current_user_id()
               OR EXISTS (SELECT FROM crm.account_team_members AS m
                          WHERE m.account_id = a.id AND m.user_id = crm.current_user_id())
               OR EXISTS (SELECT FROM crm.team_members AS owner
                          JOIN crm.team_members AS lead ON lead.team_id = owner.team_id AND lead.is_lead
                          WHERE owner.user_id = a.owner_id AND lead.user_id = crm.current_user_id()))
    )
$$;

CREATE FUNCTION crm.list_price(product uuid, price_book uuid, quantity numeric DEFAULT 1, on_day date DEFAULT CURRENT_DATE)
    RETURNS numeric
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(t.unit_price, e.list_price)
    FROM crm.price_book_entries AS e
    LEFT JOIN crm.price_tiers AS t ON t.entry_id = e.id AND t.min_quantity <= list_price.quantity
    WHERE e.product_id = list_price.product
      AND e.price_book_id = list_price.price_book
      AND e.validity @> list_price.on_day
    ORDER BY t.min_quantity DESC NULLS LAST
    LIMIT 1;
END;

CREATE FUNCTION crm.quote_totals_of(quote uuid) RETURNS crm.quote_totals
    LANGUAGE sql STABLE
AS $$
    SELECT ROW(
        count(*),
        coalesce(sum(round(i.quantity * i.list_price, 2)), 0),
        coalesce(sum(i.net_amount), 0),
        coalesce(
            100 * (1 - sum(i.net_amount) FILTER (WHERE NOT i.is_credit)
                       / nullif(sum(i.quantity * i.list_price) FILTER (WHERE NOT i.is_credit), 0)),
            0
        )
    )::crm.quote_totals
    FROM crm.quote_line_items AS i
    WHERE i.quote_id = quote_totals_of.quote
$$;

CREATE FUNCTION crm.refresh_quote_totals() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE crm.quotes AS q
    SET net_total = (crm.quote_totals_of(q.id)).net_total
    WHERE q.id IN (SELECT quote_id FROM changed_lines);
    RETURN NULL;
END
$$;

CREATE FUNCTION crm.refuse_change_of_sent_quote() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    quote_status crm.quote_status;
BEGIN
    SELECT q.status INTO quote_status FROM crm.quotes AS q WHERE q.id = coalesce(NEW.quote_id, OLD.quote_id);
    IF quote_status IN ('in_review', 'sent', 'accepted') THEN
        RAISE EXCEPTION 'quote is %, its lines cannot change', quote_status
            USING ERRCODE = 'restrict_violation', HINT = 'Withdraw it from review, or make a new revision of the quote.';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

CREATE FUNCTION crm.record_stage_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO crm.deal_stage_changes (deal_id, from_stage, to_stage, changed_by)
    VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.stage_code END, NEW.stage_code, crm.current_user_id());
    RETURN NULL;
END
$$;

CREATE FUNCTION crm.require_primary_contact() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM crm.deal_contacts AS c WHERE c.deal_id = NEW.id AND c.is_primary) THEN
        RAISE EXCEPTION 'deal % is won but has no primary contact', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
