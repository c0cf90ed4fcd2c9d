-- One notice of each kind of reminder that came up: to whom, why, what came of it. What is due outside of
-- office hours goes out when they begin again. The next steps of a mature customer, always the same two, are
-- left out.
\qecho '\n── A reminder of each kind, as published to guanxi.reminders · 提醒 ──\n'
\pset tuples_only on
\pset format unaligned
SELECT rpad(m.data ->> 'kind', 9) || '  ' || to_char(m.at, 'YYYY-MM-DD HH24:MI') || '  ' || (m.data ->> 'name')
        || ', notice ' || (m.data ->> 'notice') || ' to ' || (
            SELECT string_agg(m.data ->> t, ', ') FROM jsonb_array_elements_text(m.data -> 'to') AS t)
        || CASE WHEN r.due_at < r.opened_at AND m.data ->> 'notice' = '1'
            THEN ' (due ' || to_char(r.due_at, 'MM-DD HH24:MI') || ')' ELSE '' END
        || '; ' || r.status || coalesce(' ' || to_char(r.closed_at, 'YYYY-MM-DD'), '')
        || E'\n           ' || (m.data -> 'why' ->> 'en') || E'\n           ' || (m.data -> 'why' ->> 'zh')
        || coalesce(E'\n           next: ' || (
            SELECT string_agg((s ->> 'item') || ' ' || (s ->> 'zh'), ', ')
            FROM jsonb_array_elements(m.data -> 'next_steps') AS s
            WHERE m.data -> 'stage' ->> 'code' <> 'mature'), '')
FROM message AS m
    JOIN guanxi.v_reminder AS r ON r.reminder_id::text = m.data ->> 'reminder_id'
WHERE (m.customer_id, m.data ->> 'kind', m.data ->> 'notice', to_char(m.at, 'YYYY-MM')) IN (
    ('zhou-jun', 'promise', '1', '2025-09'), ('zhou-jun', 'overdue', '3', '2025-08'),
    ('zhou-jun', 'thanks', '1', '2025-05'), ('kowloon-optics', 'response', '1', '2026-02'),
    ('zhao-lei', 'stalled', '1', '2025-05'), ('zhu-lin', 'cadence', '1', '2025-07'),
    ('wu-xia', 'objection', '1', '2025-07'), ('yang-min', 'renewal', '1', '2025-11'),
    ('old-well', 'aftersale', '1', '2026-01'))
ORDER BY m.at;
SELECT E'\n' || count(*) || ' notices and ' || (SELECT count(*) FROM message WHERE type = 'guanxi.reminder.closed')
    || ' closings were published, ' || (SELECT count(*) FROM guanxi.v_notice WHERE state = 'suppressed')
    || ' notices were not needed any more when their time came.'
FROM message
WHERE type IN ('guanxi.reminder.opened', 'guanxi.reminder.noticed');
\pset tuples_only off
\pset format aligned
