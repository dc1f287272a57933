// The closed sets of values, each a PostgreSQL enum in the schema that owns it.
import { audit, billing, crm, ofCrm, sync, workflow } from "./base";

export const userStatus = crm.enum("user_status", ["invited", "active", "suspended", "deactivated"]);
export const accountKind = crm.enum("account_kind", ["prospect", "customer", "partner", "former_customer"]);
export const addressKind = crm.enum("address_kind", ["billing", "shipping", "legal"]);
export const leadSource = crm.enum("lead_source", [
  "website", "referral", "paid_search", "event", "outbound", "partner", "hubspot",
]);
export const lifecycleStage = crm.enum("lifecycle_stage", [
  "subscriber", "lead", "qualified", "opportunity", "customer", "evangelist",
]);
export const dealStatus = crm.enum("deal_status", ["open", "won", "lost"]);
export const activityKind = crm.enum("activity_kind", ["call", "email", "meeting", "note"]);
export const productKind = crm.enum("product_kind", ["licence", "service", "hardware", "subscription", "bundle"]);
export const chargeModels = crm.enum("charge_model", ["one_time", "recurring", "usage"]);
// drizzle-kit takes a type whose name begins with "char" for one of the server's, and leaves its schema out.
export const chargeModel = ofCrm<(typeof chargeModels.enumValues)[number]>("charge_model");
export const billingPeriod = crm.enum("billing_period", ["month", "quarter", "year"]);
export const quoteStatus = crm.enum("quote_status", [
  "draft", "in_review", "approved", "sent", "accepted", "rejected", "expired",
]);
export const approvalStatus = crm.enum("approval_status", ["pending", "approved", "rejected", "withdrawn"]);

export const subscriptionStatus = billing.enum("subscription_status", ["trial", "active", "past_due", "cancelled"]);
export const invoiceStatus = billing.enum("invoice_status", ["draft", "open", "paid", "void", "uncollectible"]);
export const paymentStatus = billing.enum("payment_status", ["pending", "succeeded", "failed", "refunded"]);
export const paymentMethodKind = billing.enum("payment_method_kind", ["card", "direct_debit", "bank_transfer"]);

export const changeOperation = audit.enum("change_operation", ["insert", "update", "delete"]);

export const syncDirection = sync.enum("sync_direction", ["inbound", "outbound", "both"]);
export const syncStatus = sync.enum("sync_status", ["pending", "running", "succeeded", "failed"]);
export const hubspotObject = sync.enum("hubspot_object", ["company", "contact", "deal", "product", "line_item"]);
export const outboxOperation = sync.enum("outbox_operation", ["upsert", "delete"]);

export const stateKind = workflow.enum("state_kind", ["initial", "intermediate", "final"]);
export const taskStatus = workflow.enum("task_status", ["open", "claimed", "done", "cancelled"]);
export const jobStatus = workflow.enum("job_status", ["ready", "running", "done", "dead"]);
