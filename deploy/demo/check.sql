-- What must have come out of the story; prints what did not. The figures were worked out from the model by
-- hand, not taken from a run. :records is the number of different events in the story, :published that of
-- all records.
\pset tuples_only on
\pset format unaligned

WITH
-- Levels: entered and left at these instants, for these reasons.
step (customer_id, at, from_level, to_level, cause) AS (VALUES
    ('zhang-wei', '2025-01-03 00:00:00Z'::timestamptz, 1, 2, 'event'),
    ('zhang-wei', '2025-01-12 00:00:00Z', 2, 3, 'event'),
    ('zhang-wei', '2025-04-12 13:09:01Z', 3, 2, 'warmth'),
    ('zhang-wei', '2025-09-02 04:40:10Z', 2, 1, 'warmth'),
    ('li-na', '2025-01-15 08:00:00Z', 1, 2, 'event'),
    ('li-na', '2025-01-28 02:00:00Z', 2, 3, 'event'),
    ('li-na', '2025-02-21 01:10:00Z', 3, 4, 'event'),
    ('li-na', '2025-06-28 02:00:00Z', 4, 3, 'evidence'), -- 45 days after the last call
    ('li-na', '2025-12-31 20:02:15Z', 3, 2, 'warmth')
),
-- Reminders: the id follows from customer, kind and anchor.
expected (reminder_id, kind, opened_at, notices, status, closed_by_type) AS (VALUES
    ('13cd63e9-f028-5d9a-af53-da1a75a029bd', 'cadence', '2025-02-26 00:00:00Z'::timestamptz, 4, 'open', NULL),
    ('aa3c5ac3-cd5a-516a-b043-b92ec8b2635f', 'cadence', '2025-06-13 02:00:00Z', 4, 'open', NULL),
    ('57f98ed4-a139-54fb-9a4c-ce767c6b7623', 'response', '2025-05-27 02:00:00Z', 4, 'done', 'complaint.resolved'),
    ('bd2f0401-eb50-518e-8ea4-886c795a80f5', 'aftersale', '2025-03-31 02:00:00Z', 1, 'done', 'call.completed'),
    ('93cd0e91-5681-5918-a460-a368eefa2826', 'aftersale', '2025-06-25 02:00:00Z', 4, 'done', 'visit.completed'),
    ('b6d6536a-a76a-5872-8cf3-e40c5ccb04cc', 'cadence', '2025-07-24 02:30:00Z', 4, 'dismissed', 'reminder.dismissed'),
    ('dd45552f-5650-5453-bb13-d9ffe9b0324d', 'aftersale', '2025-08-27 02:00:00Z', 2, 'moot', NULL)
),
-- Those of their messages that no choice of batches can leave out: they lie in an earlier month than what
-- takes their ground away.
spoken (id) AS (
    SELECT '13cd63e9-f028-5d9a-af53-da1a75a029bd/' || n FROM generate_series(1, 4) AS n
    UNION ALL SELECT 'aa3c5ac3-cd5a-516a-b043-b92ec8b2635f/' || n FROM generate_series(1, 4) AS n
    UNION ALL VALUES ('57f98ed4-a139-54fb-9a4c-ce767c6b7623/1'), ('57f98ed4-a139-54fb-9a4c-ce767c6b7623/2'),
        ('57f98ed4-a139-54fb-9a4c-ce767c6b7623/closed'), ('bd2f0401-eb50-518e-8ea4-886c795a80f5/1'),
        ('bd2f0401-eb50-518e-8ea4-886c795a80f5/closed'), ('93cd0e91-5681-5918-a460-a368eefa2826/3'),
        ('93cd0e91-5681-5918-a460-a368eefa2826/4'), ('93cd0e91-5681-5918-a460-a368eefa2826/closed'),
        ('b6d6536a-a76a-5872-8cf3-e40c5ccb04cc/4'), ('b6d6536a-a76a-5872-8cf3-e40c5ccb04cc/closed'),
        ('dd45552f-5650-5453-bb13-d9ffe9b0324d/1'), ('dd45552f-5650-5453-bb13-d9ffe9b0324d/closed')
),
event_type (name) AS (
    SELECT unnest(string_to_array('call.completed call.missed visit.completed meeting.completed message.sent '
        'message.received order.placed order.delivered order.refunded cost.incurred feedback.received '
        'complaint.resolved referral.given objection.raised objection.resolved plan.made agreement.made '
        'agreement.ended promise.made promise.kept promise.broken survey.completed proposal.submitted '
        'demo.given exchange.held requirements.analysed design.submitted evaluation.passed negotiation.held '
        'contract.signed relationship.ended relationship.reopened checklist.marked customer.updated '
        'reminder.acknowledged reminder.dismissed reminder.snoozed', ' '))
),
checked (what, holds) AS (VALUES
    ('30 customers, 8 basic, 9 reactive, 8 accountable, 5 proactive', (
        SELECT array_agg(n ORDER BY level) = '{8,9,8,5}'
        FROM (SELECT level, count(*) AS n FROM guanxi.v_customer GROUP BY level) AS l)),
    ('the steps of zhang-wei and li-na', (
        SELECT count(*) = 9 AND count(*) = count(s.at)
        FROM guanxi.v_level_change AS l LEFT JOIN step AS s USING (customer_id, at, from_level, to_level, cause)
        WHERE customer_id IN ('zhang-wei', 'li-na'))),
    ('seven reminders, open, done, dismissed and moot', (
        SELECT count(*) = 7
        FROM guanxi.v_reminder AS r
            JOIN expected AS e ON e.reminder_id = r.reminder_id::text AND e.kind = r.kind
                AND e.opened_at = r.opened_at AND e.notices = r.notices AND e.status = r.status
            LEFT JOIN guanxi.v_timeline AS t ON t.customer_id = r.customer_id
                AND t.source = r.closed_by_source AND t.event_id = r.closed_by_event
        WHERE t.type IS NOT DISTINCT FROM e.closed_by_type)),
    ('the put-off notice at the instant asked for', (
        SELECT at = '2025-07-20 02:00:00Z'
        FROM guanxi.v_notice WHERE reminder_id::text = '93cd0e91-5681-5918-a460-a368eefa2826' AND notice = 4)),
    ('published: exactly the notices that the table says', (
        SELECT count(*) > 0 AND count(*) = count(m.id) AND count(*) = count(n.reminder_id)
        FROM (SELECT * FROM guanxi.v_notice WHERE state = 'published') AS n
            FULL JOIN (SELECT * FROM message
                WHERE type IN ('guanxi.reminder.opened', 'guanxi.reminder.noticed')) AS m
                ON m.id = n.reminder_id || '/' || n.notice)),
    ('published: each message once', (SELECT count(*) FROM published) = (SELECT count(*) FROM message)),
    ('published: sentences in English and Chinese', (
        SELECT bool_and(data -> 'why' ->> 'en' ~ '[a-z]' AND data -> 'why' ->> 'zh' ~ '[一-龥]')
        FROM message WHERE type = 'guanxi.reminder.opened')),
    ('published: the present level of every customer that ever changed', (
        SELECT bool_and(coalesce((SELECT (m.data -> 'to' ->> 'level')::integer FROM message AS m
            WHERE m.type = 'guanxi.level.changed' AND m.customer_id = c.customer_id
            ORDER BY m.position DESC LIMIT 1), 1) = c.level)
        FROM guanxi.v_customer AS c)),
    ('three orders in three currencies, one twice, one back', (
        SELECT orders = 3 AND spent = 298085 AND purchase_days = 3 AND f = 2 AND m = 178085
            AND (SELECT last_day FROM guanxi.v_rfm_window)
                - (last_order_at AT TIME ZONE 'Asia/Shanghai')::date = 110
        FROM guanxi.v_customer WHERE customer_id = 'fiona-grant')),
    ('two referrals', (SELECT referrals = 2 FROM guanxi.v_customer WHERE customer_id = 'xu-hao')),
    ('every type of event on the timeline', (
        SELECT count(*) = 37 FROM event_type WHERE name IN (SELECT type FROM guanxi.v_timeline))),
    ('every event once on the timeline', (SELECT count(*) = :records FROM guanxi.v_timeline)),
    ('in quarantine the one bad record', (
        SELECT array_agg(reason || ' ' || event_id || ' ' || state) = '{bad_amount till-17 held}'
        FROM guanxi.v_quarantine)),
    ('every lane running and read to its end', (
        SELECT count(*) = 6 AND bool_and(state = 'running') AND sum(next_offset) = :published
        FROM guanxi.v_lane)),
    ('the watermark at the end of the story', (
        SELECT watermark = '2026-02-28 16:00:00Z' FROM guanxi.v_watermark))
)
SELECT what FROM checked WHERE holds IS NOT TRUE
UNION ALL SELECT 'not published: ' || id FROM spoken WHERE id NOT IN (SELECT id FROM message);
