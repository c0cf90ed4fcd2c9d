-- What was put on the timeline after :since, and how its customer stands now.
\pset tuples_only on
\pset format unaligned
SELECT concat_ws('  ', 'event', to_char(t.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'),
    t.customer_id, t.type, t.direction, to_char(t.points, 'S990.9') || ' points:',
    'now ' || c.level_code || ', ' || c.stage_code || ', warmth', round(c.warmth::numeric, 2))
FROM guanxi.v_timeline AS t
    JOIN guanxi.v_customer AS c USING (customer_id)
WHERE t.recorded_at > :'since'
ORDER BY t.occurred_at;
