-- Opens the stream of a rank: of each customer who may ever have had an order, and whose relationship was not ended by
-- the end of the day, first itself (type 0), then its purchases in the order of time. Purchases of others come too. When
-- one that is marked was first seen its timeline says: all but merges, erasures and answers to reminders begin one.
-- $1 end of the day, $2 later than any instant of it
DECLARE purchases NO SCROLL CURSOR FOR
SELECT c.customer_id, '-infinity'::timestamptz AS at, 0::int2 AS type, NULL::int8 AS amount,
    CASE WHEN c.fold_at IS NULL THEN c.first_seen_at
        ELSE (SELECT min(t.occurred_at)
            FROM guanxi.timeline t
            WHERE t.customer_id = c.customer_id AND t.type NOT BETWEEN 35 AND 40) END AS first_seen_at,
    c.traits
FROM guanxi.customer c
WHERE (c.first_order_at IS NOT NULL OR c.fold_at IS NOT NULL)
    AND 0 <> CASE WHEN coalesce(c.stage_since, c.first_seen_at) < $1::timestamptz THEN c.stage
        ELSE coalesce((SELECT s.to_state
            FROM guanxi.transition s
            WHERE s.customer_id = c.customer_id AND s.kind = 1 AND s.at < $1::timestamptz
            ORDER BY s.n DESC
            LIMIT 1), 1) END
UNION ALL
SELECT t.customer_id, t.occurred_at, t.type, t.amount, NULL, NULL
FROM guanxi.timeline t
WHERE t.type IN (7, 9, 10) AND t.amount IS NOT NULL AND t.occurred_at < $2::timestamptz
ORDER BY customer_id, at
