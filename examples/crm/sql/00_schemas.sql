CREATE SCHEMA IF NOT EXISTS crm;
CREATE SCHEMA IF NOT EXISTS billing;
CREATE SCHEMA IF NOT EXISTS audit;
CREATE SCHEMA IF NOT EXISTS sync;
CREATE SCHEMA IF NOT EXISTS workflow;

COMMENT ON SCHEMA crm IS 'Customers, catalogue, quotes and approvals';
COMMENT ON SCHEMA billing IS 'Contracts, subscriptions, invoices and payments';
COMMENT ON SCHEMA audit IS 'Who changed and who read what; append only';
COMMENT ON SCHEMA sync IS 'What other systems know about our rows, and how far we have told them';
COMMENT ON SCHEMA workflow IS 'State machines over business objects, their tasks, timers and jobs';

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
