-- All notices of reminders that go.
-- $1 customers, $2 reminders
DELETE FROM guanxi.notice n
USING unnest($1::text[], $2::uuid[]) AS v (customer_id, reminder_id)
WHERE n.customer_id = v.customer_id AND n.reminder_id = v.reminder_id
