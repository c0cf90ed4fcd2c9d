-- Held changes that the watermark has passed become messages to be sent, of each home the first; not of marked
-- customers.
-- $1 homes, $2 watermark, $3 limit for a home
UPDATE guanxi.outbox o SET released = true
FROM unnest($1::int4[]) AS h (home)
CROSS JOIN LATERAL (
    SELECT held.customer_id, held.seq
    FROM guanxi.outbox held
    JOIN guanxi.customer c ON c.customer_id = held.customer_id AND c.fold_at IS NULL
    WHERE held.home = h.home AND NOT held.released AND held.kind = 0 AND held.at < $2::timestamptz
    ORDER BY held.at, held.customer_id, held.seq
    LIMIT $3::int8
) due
WHERE o.customer_id = due.customer_id AND o.seq = due.seq AND NOT o.released
