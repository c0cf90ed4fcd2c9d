-- Customers and how they stand, warmth as it is now. Which of them, and in what order, is found first, from as few
-- columns as that takes; all else is asked of these alone. Without a filter, what falls due comes from v_upcoming
-- alone, and customers to whom nothing falls due are only looked for where those do not fill the list. Reminders are
-- counted for each line of a list that is limited, and all at once for one that is not.
-- $1 whether the clock is that of events, $2 half_life in microseconds, $3 owner (null: any, empty: nobody's),
-- $4 level, $5 stage, $6 tier (null: any), $7 whether only those at risk, $8 order, $9 how many at most (null: all),
-- $10 what stands in id or name, whatever the case (null: anything), $11 whether $3 to $7 and $10 leave anybody out
WITH clock AS (
    SELECT CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END AS at
    FROM guanxi.v_watermark AS w
), standing AS NOT MATERIALIZED (
    SELECT c.*, coalesce(c.warmth * power(2::float8, -least(greatest(date_part('epoch',
            (SELECT clock.at FROM clock) - c.warmth_at), 0) * 1000000 / $2::int8, 900)), c.warmth) AS warmth_now
    FROM guanxi.v_customer AS c
), chosen AS NOT MATERIALIZED (
    SELECT s.*
    FROM standing AS s
    WHERE ($3::text IS NULL OR s.owner = $3::text OR $3::text = '' AND s.owner IS NULL)
        AND ($4::int4 IS NULL OR s.level = $4::int4)
        AND ($5::int4 IS NULL OR s.stage = $5::int4)
        AND ($6::text IS NULL OR s.tier = $6::text)
        AND (NOT $7::bool OR s.customer_id IN (SELECT r.customer_id
            FROM guanxi.v_reminder AS r
            WHERE r.status = 'open' AND r.at_risk))
        AND ($10::text IS NULL OR position(lower($10::text) IN lower(s.customer_id)) > 0
            OR position(lower($10::text) IN lower(s.name)) > 0)
), coming AS MATERIALIZED (
    SELECT u.customer_id, u.due_at
    FROM guanxi.v_upcoming AS u
    WHERE $8::text = 'due' AND NOT $11::bool
    ORDER BY u.due_at, u.customer_id COLLATE "C"
    LIMIT $9::int8
), pick AS MATERIALIZED (
    SELECT u.customer_id, 0 AS amount, u.due_at AS at
    FROM coming AS u
    UNION ALL (
    SELECT c.customer_id, 0, 'infinity'
    FROM guanxi.v_customer AS c
    WHERE $8::text = 'due' AND NOT $11::bool
        AND (SELECT count(*) FROM coming) < coalesce($9::int8, 9223372036854775807)
        AND NOT EXISTS (SELECT FROM guanxi.v_upcoming AS u WHERE u.customer_id = c.customer_id)
    ORDER BY c.customer_id COLLATE "C"
    LIMIT $9::int8)
    UNION ALL (
    SELECT c.customer_id, 0, coalesce(u.due_at, 'infinity') AS at
    FROM chosen AS c
        LEFT JOIN guanxi.v_upcoming AS u ON u.customer_id = c.customer_id
    WHERE $8::text = 'due' AND $11::bool
    ORDER BY at, c.customer_id COLLATE "C"
    LIMIT $9::int8)
    UNION ALL (
    SELECT c.customer_id, k.amount, k.at
    FROM chosen AS c
        CROSS JOIN LATERAL (SELECT
            CASE $8::text WHEN 'warmth' THEN -c.warmth_now WHEN 'spent' THEN -c.spent ELSE 0 END AS amount,
            CASE $8::text WHEN 'contact' THEN coalesce(c.last_contact_at, '-infinity') END AS at) AS k
    WHERE $8::text <> 'due'
    ORDER BY k.amount, k.at, c.customer_id COLLATE "C"
    LIMIT $9::int8)
), reminder AS (
    SELECT r.customer_id, count(*) AS open, bool_or(r.at_risk) AS at_risk
    FROM guanxi.v_reminder AS r
    WHERE r.status = 'open' AND $9::int8 IS NULL
    GROUP BY r.customer_id
)
SELECT c.customer_id, c.name, c.owner, c.warmth_now, c.level, c.target_level, c.stage, c.tier, c.last_contact_at,
    u.kind, u.due_at, CASE WHEN $9::int8 IS NULL THEN coalesce(r.open, 0) ELSE c.open_reminders END, c.spent,
    CASE WHEN $9::int8 IS NULL THEN coalesce(r.at_risk, false) ELSE c.at_risk END
FROM pick AS p
    JOIN standing AS c ON c.customer_id = p.customer_id
    LEFT JOIN guanxi.v_upcoming AS u ON u.customer_id = p.customer_id
    LEFT JOIN reminder AS r ON r.customer_id = p.customer_id
ORDER BY p.amount, p.at, p.customer_id COLLATE "C"
LIMIT $9::int8
