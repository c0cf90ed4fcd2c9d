-- What was published for three customers, in the order it was: notices with their sentences, closings.
\qecho '\n── Reminders of three customers until September, as published to guanxi.reminders · 提醒 ──\n'
\pset tuples_only on
\pset format unaligned
\pset fieldsep '  '
SELECT to_char(m.at, 'YYYY-MM-DD HH24:MI'), rpad(replace(m.type, 'guanxi.reminder.', ''), 7),
    rpad(m.data ->> 'kind', 9), coalesce('#' || (m.data ->> 'notice'), '  '), k.name,
    coalesce('to ' || (SELECT string_agg(t, ', ') FROM jsonb_array_elements_text(m.data -> 'to') AS t),
        m.data ->> 'reason')
        || coalesce(E'\n                    ' || (m.data -> 'why' ->> 'en')
            || E'\n                    ' || (m.data -> 'why' ->> 'zh'), '')
FROM message AS m
    JOIN known_as AS k USING (customer_id)
WHERE m.topic = 'guanxi.reminders' AND customer_id IN ('chen-jing', 'old-well', 'zhang-wei')
    AND m.at < '2025-10-01'
ORDER BY m.position;
SELECT E'\n' || count(*) || ' notices and ' || (SELECT count(*) FROM message WHERE type = 'guanxi.reminder.closed')
    || ' closings were published, ' || (SELECT count(*) FROM guanxi.v_notice WHERE state = 'suppressed')
    || ' notices were not needed any more when their time came.'
FROM message
WHERE type IN ('guanxi.reminder.opened', 'guanxi.reminder.noticed');
\pset tuples_only off
\pset format aligned
