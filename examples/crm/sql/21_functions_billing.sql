-- Takes the next number of a series without gaps; the row lock serialises issuers of the same series.
CREATE FUNCTION billing.next_number(series text, on_day date DEFAULT CURRENT_DATE) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    fiscal_year_taken smallint := extract(year FROM on_day);
    value_taken integer;
BEGIN
    INSERT INTO billing.counters AS c (name, fiscal_year, last_value)
    VALUES (series, fiscal_year_taken, 1)
    ON CONFLICT (name, fiscal_year) DO UPDATE SET last_value = c.last_value + 1
    RETURNING last_value INTO value_taken;
    RETURN format('%s-%s-%s', series, fiscal_year_taken, lpad(value_taken::text, 6, '0'));
END
$$;

CREATE PROCEDURE billing.issue_invoice(IN invoice uuid, IN on_day date DEFAULT CURRENT_DATE)
    LANGUAGE plpgsql
AS $$
DECLARE
    terms integer;
BEGIN
    SELECT p.payment_terms_days INTO terms
    FROM billing.invoices AS i JOIN billing.profiles AS p USING (account_id)
    WHERE i.id = invoice;

    UPDATE billing.invoices AS i
    SET status = 'open',
        number = billing.next_number('INV', on_day),
        issued_on = on_day,
        due_on = on_day + coalesce(terms, 30),
        net_total = l.net,
        tax_total = l.tax,
        gross_total = l.net + l.tax
    FROM (SELECT coalesce(sum(net_amount), 0) AS net, coalesce(sum(tax_amount), 0) AS tax
          FROM billing.invoice_lines WHERE invoice_id = invoice) AS l
    WHERE i.id = invoice AND i.status = 'draft';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'invoice % is not a draft', invoice USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;

CREATE FUNCTION billing.settle_invoice() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE billing.invoices AS i
    SET paid_total = paid.total,
        status = CASE WHEN paid.total = i.gross_total THEN 'paid' ELSE i.status END
    FROM (SELECT coalesce(sum(amount), 0) AS total
          FROM billing.payment_allocations WHERE invoice_id = NEW.invoice_id) AS paid
    WHERE i.id = NEW.invoice_id;
    RETURN NULL;
END
$$;

COMMENT ON PROCEDURE billing.issue_invoice(uuid, date) IS 'Turns a draft into an open invoice with a number and a due date';
