-- One customer's climb and fade: every step of the level and the stage with its reason. The stages that one
-- event passed make one row.
\qecho '\n── The climb and fade of 李娜 (li-na) · 升与降，及其原因 ──\n'
SELECT to_char(s.at, 'YYYY-MM-DD HH24:MI:SS') AS at, s.step,
    CASE s.cause
        WHEN 'event' THEN t.type || coalesce(' (' || t.direction || ')', '')
        WHEN 'evidence' THEN 'evidence has run out'
        ELSE 'warmth has fallen'
    END AS reason,
    s.event_id AS event
FROM (
    SELECT customer_id, at, 'level ' || repeat('▮', to_level) || repeat('▯', 4 - to_level) || ' '
            || guanxi.level_code(to_level) AS step, cause, source, event_id
    FROM guanxi.v_level_change
    UNION ALL
    SELECT customer_id, at, 'stage ' || max(to_stage) || ' ' || guanxi.stage_code(max(to_stage)) || ' '
            || guanxi.stage_zh(max(to_stage)), 'event', source, event_id
    FROM guanxi.v_stage_change
    GROUP BY customer_id, at, source, event_id
    ) AS s
    LEFT JOIN guanxi.v_timeline AS t USING (customer_id, source, event_id)
WHERE s.customer_id = 'li-na'
ORDER BY s.at, s.step;
