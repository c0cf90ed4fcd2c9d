-- Customers and how they stand, warmth as it is now.
-- $1 whether the clock is that of events, $2 half_life in microseconds, $3 owner (null: any, empty: nobody's),
-- $4 level, $5 stage, $6 tier (null: any), $7 whether only those at risk, $8 order, $9 how many at most (null: all),
-- $10 what stands in id or name, whatever the case (null: anything)
SELECT c.customer_id, c.name, c.owner, n.warmth, c.level, c.target_level, c.stage, c.tier, c.last_contact_at,
    u.kind, u.due_at, c.open_reminders, c.spent, c.at_risk
FROM guanxi.v_customer AS c
    CROSS JOIN guanxi.v_watermark AS w
    LEFT JOIN guanxi.v_upcoming AS u ON u.customer_id = c.customer_id
    CROSS JOIN LATERAL (SELECT coalesce(c.warmth * power(2, -least(greatest(extract(epoch
                FROM CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END - c.warmth_at), 0)::float8
                * 1000000 / $2::int8, 900)), c.warmth) AS warmth) AS n
WHERE ($3::text IS NULL OR coalesce(c.owner, '') = $3::text)
    AND ($4::int4 IS NULL OR c.level = $4::int4)
    AND ($5::int4 IS NULL OR c.stage = $5::int4)
    AND ($6::text IS NULL OR c.tier = $6::text)
    AND (NOT $7::bool OR c.at_risk)
    AND ($10::text IS NULL OR position(lower($10::text) IN lower(c.customer_id)) > 0
        OR position(lower($10::text) IN lower(c.name)) > 0)
ORDER BY CASE $8::text WHEN 'warmth' THEN -n.warmth WHEN 'spent' THEN -c.spent::float8 END,
    CASE $8::text WHEN 'contact' THEN coalesce(c.last_contact_at, '-infinity')
        WHEN 'due' THEN coalesce(u.due_at, 'infinity') END,
    c.customer_id COLLATE "C"
LIMIT $9::int8
