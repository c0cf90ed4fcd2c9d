-- Messages of a home that are to be sent.
-- $1 home, $2 limit
SELECT
    o.seq, o.customer_id, o.home, o.at, o.topic, o.kind, o.reminder_id, o.n, o.from_level, o.released,
    coalesce(r.published, false) AS reminder_published, o.payload
FROM guanxi.outbox o
LEFT JOIN guanxi.reminder r ON r.customer_id = o.customer_id AND r.reminder_id = o.reminder_id
WHERE o.home = $1::int4 AND o.released
ORDER BY o.seq
LIMIT $2::int8
