-- Messages of these ids that are released and not sent become void: they stay where they are, as somebody may be
-- sending those beside them. Comes when nothing of the ids is left to be released; what is held is void already.
-- $1 ids
UPDATE guanxi.parcel p
SET (customers, sources, event_ids, reminder_ids, payloads) = (
    SELECT
        array_agg(CASE WHEN NOT m.gone THEN m.customer_id END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.source END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.event_id END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.reminder_id END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.payload END ORDER BY m.i)
    FROM (
        SELECT u.*, coalesce(u.customer_id = ANY ($1::text[]), true) AS gone
        FROM unnest(p.customers, p.sources, p.event_ids, p.reminder_ids, p.payloads)
            WITH ORDINALITY AS u (customer_id, source, event_id, reminder_id, payload, i)
    ) m
)
WHERE NOT p.held AND p.customers && $1::text[]
