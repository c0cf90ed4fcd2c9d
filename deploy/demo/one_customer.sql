-- One customer's climb and fade: every step with its reason.
\qecho '\n── The climb and fade of 李娜 (li-na) · 升与降，及其原因 ──\n'
SELECT to_char(s.at, 'YYYY-MM-DD HH24:MI:SS') AS at, s.from_level AS "from", s.to_level AS "to",
    repeat('▮', s.to_level) || repeat('▯', 4 - s.to_level) AS level,
    CASE s.cause
        WHEN 'event' THEN t.type || coalesce(' (' || t.direction || ')', '')
        WHEN 'evidence' THEN 'evidence has run out'
        ELSE 'warmth has fallen'
    END AS reason,
    s.event_id AS event
FROM guanxi.v_level_change AS s
    LEFT JOIN guanxi.v_timeline AS t USING (customer_id, source, event_id)
WHERE s.customer_id = 'li-na'
ORDER BY s.at;
