-- Notices that Kafka has.
-- $1 customers, $2 reminders, $3 notices
UPDATE guanxi.notice n SET state = 2, published_at = clock_timestamp()
FROM unnest($1::text[], $2::uuid[], $3::int2[]) AS v (customer_id, reminder_id, notice)
WHERE n.customer_id = v.customer_id AND n.reminder_id = v.reminder_id AND n.notice = v.notice
    AND n.state <> 2
