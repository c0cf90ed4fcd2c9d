-- All held messages of customers.
-- $1 customers
SELECT
    o.seq, o.customer_id, o.home, o.at, o.kind, o.reminder_id, o.n, o.transition,
    o.from_state, o.to_state, o.detail, coalesce(r.published, false) AS reminder_published, o.source, o.event_id, o.payload
FROM guanxi.outbox o
LEFT JOIN guanxi.reminder r ON r.customer_id = o.customer_id AND r.reminder_id = o.reminder_id
WHERE o.customer_id = ANY ($1::text[])
ORDER BY o.customer_id, o.seq
