-- Held messages of a home that the watermark has passed, changes apart; not of marked customers.
-- $1 home, $2 watermark, $3 limit
SELECT
    o.seq, o.customer_id, o.home, o.at, o.kind, o.reminder_id, o.n, o.transition,
    o.from_state, o.to_state, o.detail, coalesce(r.published, false) AS reminder_published, o.source, o.event_id, o.payload,
    0::int8 AS parcel
FROM guanxi.outbox o
JOIN guanxi.customer c ON c.customer_id = o.customer_id AND c.fold_at IS NULL
LEFT JOIN guanxi.reminder r ON r.customer_id = o.customer_id AND r.reminder_id = o.reminder_id
WHERE o.home = $1::int4 AND o.kind <> 0 AND o.at < $2::timestamptz
ORDER BY o.at, o.customer_id, o.seq
LIMIT $3::int8
