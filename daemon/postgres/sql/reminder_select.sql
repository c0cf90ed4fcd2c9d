-- All reminders of customers.
-- $1 customers
SELECT
    r.customer_id, r.reminder_id, r.kind, r.anchor, r.due_at, r.opened_at, r.notices, r.status, r.closed_at,
    r.closed_source, r.closed_event, r.acknowledged_at, r.snoozed_until, r.at_risk, r.published, r.announce, r.promise_id
FROM guanxi.reminder r
WHERE r.customer_id = ANY ($1::text[])
ORDER BY r.customer_id, r.opened_at, r.reminder_id
