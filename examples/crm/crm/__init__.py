"""A quote-to-cash backend: customers, catalogue, quotes, subscriptions, invoices and payments."""
