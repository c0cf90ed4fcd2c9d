-- Notices that nobody was or is being told of.
-- $1 customers, $2 reminders, $3 notices
DELETE FROM guanxi.notice n
USING unnest($1::text[], $2::uuid[], $3::int2[]) AS v (customer_id, reminder_id, notice)
WHERE n.customer_id = v.customer_id AND n.reminder_id = v.reminder_id AND n.notice = v.notice
    AND n.state IN (0, 3)
