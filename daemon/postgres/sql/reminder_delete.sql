-- Reminders that a fold no longer yields.
-- $1 customers, $2 reminders
DELETE FROM guanxi.reminder r
USING unnest($1::text[], $2::uuid[]) AS v (customer_id, reminder_id)
WHERE r.customer_id = v.customer_id AND r.reminder_id = v.reminder_id
