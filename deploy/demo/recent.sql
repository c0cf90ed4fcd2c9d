-- What was put on the timeline after :since, and how its customer stands now.
SELECT to_char(t.occurred_at, 'YYYY-MM-DD HH24:MI') AS at, t.customer_id, t.type, t.direction, t.points,
    c.level_code AS level, round(c.warmth::numeric, 2) AS warmth
FROM guanxi.v_timeline AS t
    JOIN guanxi.v_customer AS c USING (customer_id)
WHERE t.recorded_at > :'since'
ORDER BY t.occurred_at;
