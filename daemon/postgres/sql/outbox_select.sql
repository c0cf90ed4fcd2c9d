-- All held messages of customers: those held one by one, and those that parcels have of them. What a parcel was to tell
-- and has not told yet stands in the transitions; their messages are numbered as they are, from another beginning. Of
-- a PRAM phase `from_state` tells where the change before it led as well, as in app/outbox.c.
-- $1 customers
SELECT
    o.seq, o.customer_id, o.home, o.at, o.kind, o.reminder_id, o.n, o.transition,
    o.from_state, o.to_state, o.detail, coalesce(r.published, false) AS reminder_published, o.source, o.event_id,
    o.payload, 0::int8 AS parcel
FROM guanxi.outbox o
LEFT JOIN guanxi.reminder r ON r.customer_id = o.customer_id AND r.reminder_id = o.reminder_id
WHERE o.customer_id = ANY ($1::text[])
UNION ALL
SELECT
    0, t.customer_id, p.home, t.at, 0::int2, NULL, t.n + CASE t.kind
        WHEN 0 THEN coalesce(c.level_messages - coalesce(c.level_changes, 0), 0)
        WHEN 1 THEN coalesce(c.stage_messages - coalesce(c.stage_changes, 0), 0)
        WHEN 2 THEN coalesce(c.pram_messages - coalesce(c.pram_changes, 0), 0)
        ELSE coalesce(c.tier_messages - coalesce(c.tier_changes, 0), 0) END,
    t.kind, CASE WHEN t.kind <> 2 THEN t.from_state
        WHEN coalesce(b.detail, 0) >> 1 <> t.detail >> 1 THEN t.from_state | 8::int2
        WHEN b.detail & 1 = 1 THEN t.from_state | 4::int2
        ELSE t.from_state END,
    t.to_state, t.detail, false, t.source, t.event_id, NULL, p.parcel_id
FROM guanxi.transition t
JOIN guanxi.parcel p ON p.parcel_id = t.parcel AND p.held AND p.from_at <= t.at
JOIN guanxi.customer c ON c.customer_id = t.customer_id
LEFT JOIN guanxi.transition b ON t.kind = 2 AND b.customer_id = t.customer_id AND b.kind = 2 AND b.n = t.n - 1
WHERE t.customer_id = ANY ($1::text[])
ORDER BY 2, 16, 1, 4, 8, 7
