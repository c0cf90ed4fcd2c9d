-- What must have come out of the story; prints what did not. The figures were worked out from the model,
-- not taken from a run. :records is the number of different events in the story, :published that of
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
-- Stages of life: a long sale, step by step; an end, and a beginning from the second stage on.
life (customer_id, at, from_stage, to_stage, implied) AS (VALUES
    ('zhao-lei', '2025-02-10 01:00:00Z'::timestamptz, 1, 2, false),
    ('zhao-lei', '2025-03-03 02:00:00Z', 2, 3, false),
    ('zhao-lei', '2025-07-07 02:00:00Z', 3, 4, false),
    ('zhao-lei', '2025-10-13 02:00:00Z', 4, 5, false),
    ('sun-li', '2025-01-16 02:00:00Z', 1, 2, false),
    ('sun-li', '2025-01-17 02:00:00Z', 2, 3, true),
    ('sun-li', '2025-01-17 02:00:00Z', 3, 4, true),
    ('sun-li', '2025-01-17 02:00:00Z', 4, 5, false),
    ('sun-li', '2025-04-10 02:00:00Z', 5, 0, false),
    ('sun-li', '2025-10-20 02:00:00Z', 0, 2, false),
    ('sun-li', '2025-10-21 02:00:00Z', 2, 3, true),
    ('sun-li', '2025-10-21 02:00:00Z', 3, 4, true),
    ('sun-li', '2025-10-21 02:00:00Z', 4, 5, false)
),
-- PRAM: level 2 was there when the plan was made, so the relation is entered with it.
cycle (customer_id, at, cycle, phase, premature) AS (VALUES
    ('yang-min', '2025-02-19 01:00:00Z'::timestamptz, 1, 'relation', false),
    ('yang-min', '2025-03-28 08:00:00Z', 1, 'maintain', false),
    ('yang-min', '2025-12-22 06:00:00Z', 2, 'relation', false),
    ('yang-min', '2026-01-08 08:00:00Z', 2, 'maintain', false),
    ('baltic-foods', '2025-02-18 02:00:00Z', 1, 'maintain', true),
    ('baltic-foods', '2025-09-15 02:00:00Z', 1, 'none', true)
),
-- What the second cycle left of the lists, and brought.
marked (list, item, marked_at) AS (VALUES
    ('tasks', 'visit', '2025-02-18 06:00:00Z'::timestamptz),
    ('tasks', 'plan', '2025-02-19 01:00:00Z'),
    ('tasks', 'invite', '2025-03-11 02:00:00Z'),
    ('five_as', 'closing', '2026-01-08 08:00:00Z')
),
promised (promise_id, by, state, outcome_at) AS (VALUES
    ('P-1', 'us', 'kept', '2025-04-01 03:00:00Z'::timestamptz),
    ('P-2', 'customer', 'kept', '2025-05-30 02:00:00Z'),
    ('P-3', 'us', 'broken', '2025-09-01 02:00:00Z'),
    ('P-4', 'us', 'kept', '2025-10-09 00:40:00Z'),
    ('P-5', 'customer', 'broken', '2025-11-04 07:00:00Z'),
    ('P-6', 'us', 'lapsed', '2025-04-10 02:00:00Z') -- the end of sun-li
),
objected (customer_id, kind, cause, resolved_at) AS (VALUES
    ('wu-xia', 'price', 'company', '2025-04-03 07:00:00Z'::timestamptz),
    ('wu-xia', 'person', 'company', '2025-08-05 02:00:00Z'),
    ('cedar-hotel', 'product', 'company', '2025-09-19 08:00:00Z'),
    ('emil-novak', 'need', 'customer', NULL)
),
-- Reminders of all customers by kind.
tally (kind, open, done, moot, dismissed, notices) AS (VALUES
    ('cadence', 13, 14, 2, 1, 115), ('response', 1, 2, 0, 0, 11), ('aftersale', 4, 10, 1, 0, 34),
    ('stalled', 2, 2, 1, 0, 20), ('objection', 0, 1, 0, 0, 4), ('renewal', 0, 2, 0, 0, 8),
    ('promise', 0, 2, 1, 0, 3), ('overdue', 0, 2, 0, 0, 6), ('thanks', 0, 1, 0, 0, 1)
),
-- Some of them: the id follows from customer, kind and anchor, the opening from the calendar too.
expected (reminder_id, kind, opened_at, notices, status, closed_by_type) AS (VALUES
    ('13cd63e9-f028-5d9a-af53-da1a75a029bd', 'cadence', '2025-02-26 01:00:00Z'::timestamptz, 4, 'open', NULL),
    ('aa3c5ac3-cd5a-516a-b043-b92ec8b2635f', 'cadence', '2025-06-13 02:00:00Z', 4, 'open', NULL),
    ('e411ef9a-a924-5bee-a90f-2e9885d6b056', 'cadence', '2025-09-28 01:00:00Z', 4, 'open', NULL), -- a make-up Sunday
    ('b6d6536a-a76a-5872-8cf3-e40c5ccb04cc', 'cadence', '2025-07-24 02:30:00Z', 4, 'dismissed', 'reminder.dismissed'),
    ('57f98ed4-a139-54fb-9a4c-ce767c6b7623', 'response', '2025-05-27 02:00:00Z', 4, 'done', 'complaint.resolved'),
    ('bd2f0401-eb50-518e-8ea4-886c795a80f5', 'aftersale', '2025-03-31 02:00:00Z', 1, 'done', 'call.completed'),
    ('93cd0e91-5681-5918-a460-a368eefa2826', 'aftersale', '2025-06-25 02:00:00Z', 4, 'done', 'visit.completed'),
    ('dbc1c961-05c6-56e4-b7fb-24987956821d', 'aftersale', '2025-08-22 02:00:00Z', 4, 'moot', NULL),
    ('aab5ebae-4e21-5be2-a779-1c23d2a6a6c5', 'aftersale', '2026-01-04 01:00:00Z', 4, 'done', 'visit.completed'), -- so too
    ('f939cfbf-9fd2-5a50-b841-3bedd59b8c9c', 'stalled', '2025-05-06 01:00:00Z', 4, 'done', 'design.submitted'),
    ('138cde2e-6b04-523a-b636-92c08515a479', 'stalled', '2025-09-05 02:00:00Z', 4, 'done', 'contract.signed'),
    ('b6d985d5-177d-5978-bb22-cac2008a417e', 'stalled', '2025-07-04 02:00:00Z', 4, 'moot', 'objection.raised'),
    ('c76ad278-bf79-57c9-92b6-1ba55f40ec86', 'objection', '2025-07-24 02:00:00Z', 4, 'done', 'objection.resolved'),
    ('cbfd6ea7-c2f0-5978-8596-b8a5a95c3aa7', 'renewal', '2025-11-28 01:00:00Z', 4, 'done', 'plan.made'),
    ('ced33f8c-8bd8-5a82-b582-b96fa78a006d', 'promise', '2025-03-31 09:00:00Z', 1, 'done', 'promise.kept'),
    ('944b302d-9c34-508b-b860-817c581defc4', 'promise', '2025-07-30 09:00:00Z', 1, 'moot', NULL),
    ('c1b1b335-43d3-5ffa-84a4-730030912285', 'promise', '2025-09-30 05:30:00Z', 1, 'done', 'promise.kept'),
    ('36fba9e9-7019-5d7a-97dc-923c82c0ad0b', 'overdue', '2025-08-01 09:00:00Z', 4, 'done', 'promise.broken'),
    ('24c0298b-c8f8-5337-a2f5-584669ba16e8', 'overdue', '2025-10-31 09:00:00Z', 2, 'done', 'promise.broken'),
    ('496761ff-d267-575c-98cd-3993ee430bb8', 'thanks', '2025-05-30 02:00:00Z', 1, 'done', 'message.sent')
),
-- Those of their messages that no choice of batches can leave out: they lie in an earlier month than what
-- takes their ground away.
spoken (id) AS (
    SELECT id || '/' || last FROM (VALUES
        ('13cd63e9-f028-5d9a-af53-da1a75a029bd', 4, false), ('aa3c5ac3-cd5a-516a-b043-b92ec8b2635f', 4, false),
        ('e411ef9a-a924-5bee-a90f-2e9885d6b056', 1, false), ('b6d6536a-a76a-5872-8cf3-e40c5ccb04cc', 4, true),
        ('57f98ed4-a139-54fb-9a4c-ce767c6b7623', 2, true), ('bd2f0401-eb50-518e-8ea4-886c795a80f5', 1, true),
        ('93cd0e91-5681-5918-a460-a368eefa2826', 4, true), ('dbc1c961-05c6-56e4-b7fb-24987956821d', 4, true),
        ('aab5ebae-4e21-5be2-a779-1c23d2a6a6c5', 4, true), ('f939cfbf-9fd2-5a50-b841-3bedd59b8c9c', 4, true),
        ('138cde2e-6b04-523a-b636-92c08515a479', 4, true), ('b6d985d5-177d-5978-bb22-cac2008a417e', 4, true),
        ('c76ad278-bf79-57c9-92b6-1ba55f40ec86', 4, true), ('cbfd6ea7-c2f0-5978-8596-b8a5a95c3aa7', 1, true),
        ('ced33f8c-8bd8-5a82-b582-b96fa78a006d', 1, true), ('944b302d-9c34-508b-b860-817c581defc4', 1, true),
        ('c1b1b335-43d3-5ffa-84a4-730030912285', 1, true), ('36fba9e9-7019-5d7a-97dc-923c82c0ad0b', 4, true),
        ('24c0298b-c8f8-5337-a2f5-584669ba16e8', 1, true), ('496761ff-d267-575c-98cd-3993ee430bb8', 1, true)
        ) AS r (id, notices, closed)
        CROSS JOIN LATERAL (
            SELECT generate_series(1, notices)::text UNION ALL SELECT 'closed' WHERE closed) AS m (last)
),
event_type (name) AS (
    SELECT unnest(string_to_array('call.completed call.missed visit.completed meeting.completed message.sent '
        'message.received order.placed order.delivered order.refunded cost.incurred feedback.received '
        'complaint.resolved referral.given objection.raised objection.resolved plan.made agreement.made '
        'agreement.ended promise.made promise.kept promise.broken survey.completed proposal.submitted '
        'demo.given exchange.held requirements.analysed design.submitted evaluation.passed negotiation.held '
        'contract.signed relationship.ended relationship.reopened checklist.marked customer.updated '
        'customer.merged customer.unmerged reminder.acknowledged reminder.dismissed reminder.snoozed', ' '))
),
checked (what, holds) AS (VALUES
    ('30 customers, 9 basic, 9 reactive, 7 accountable, 5 proactive', (
        SELECT array_agg(n ORDER BY level) = '{9,9,7,5}'
        FROM (SELECT level, count(*) AS n FROM guanxi.v_customer GROUP BY level) AS l)),
    ('1 ended, 2 established, 1 evaluating, 1 growing, 25 mature', (
        SELECT array_agg(stage || ':' || n ORDER BY stage) = '{0:1,2:2,3:1,4:1,5:25}'
        FROM (SELECT stage, count(*) AS n FROM guanxi.v_customer GROUP BY stage) AS l)),
    ('the steps of zhang-wei and li-na', (
        SELECT count(*) = 9 AND count(*) = count(s.at)
        FROM guanxi.v_level_change AS l LEFT JOIN step AS s USING (customer_id, at, from_level, to_level, cause)
        WHERE customer_id IN ('zhang-wei', 'li-na'))),
    ('the stages of zhao-lei and sun-li', (
        SELECT count(*) = 13 AND count(*) = count(s.at)
        FROM guanxi.v_stage_change AS l LEFT JOIN life AS s USING (customer_id, at, from_stage, to_stage, implied)
        WHERE customer_id IN ('zhao-lei', 'sun-li'))),
    ('why grand-cafe ended', (
        SELECT stage_zh = '终止' AND ended_by = 'customer' AND ended_reason = 'closed down' AND open_reminders = 0
        FROM guanxi.v_customer WHERE customer_id = 'grand-cafe')),
    ('two cycles of PRAM, and one that was premature', (
        SELECT count(*) = 6 AND count(*) = count(s.at)
        FROM guanxi.v_pram_change LEFT JOIN cycle AS s USING (customer_id, at, cycle, phase, premature))),
    ('clean lists in the second cycle', (
        SELECT count(*) = 4 AND count(*) = count(m.item)
        FROM guanxi.v_checklist AS c LEFT JOIN marked AS m USING (list, item, marked_at)
        WHERE customer_id = 'yang-min')),
    ('eleven tasks and a purchase on the lists of zhao-lei', (
        SELECT count(*) FILTER (WHERE list = 'tasks') = 11 AND count(*) = 12
        FROM guanxi.v_checklist WHERE customer_id = 'zhao-lei')),
    ('who cares for wu-xia now', (
        SELECT name = '吴霞' AND owner = '林梅' AND manager = '高峰' AND style = 'authoritarian' AND NOT unfit
        FROM guanxi.v_customer WHERE customer_id = 'wu-xia')),
    ('unfit without need; fit again since December, and left alone until May', (
        SELECT (SELECT unfit AND fit_need = 'unknown' FROM guanxi.v_customer WHERE customer_id = 'emil-novak')
            AND (SELECT NOT unfit AND fit_money = 'yes' FROM guanxi.v_customer WHERE customer_id = 'hu-bin')
            AND (SELECT kind = 'cadence' AND due_at = '2026-05-30 02:00:00Z'
                FROM guanxi.v_upcoming WHERE customer_id = 'hu-bin')
            AND NOT EXISTS (SELECT FROM guanxi.v_reminder WHERE customer_id = 'hu-bin'))),
    ('six promises', (
        SELECT count(*) = 6 AND count(*) = count(s.state)
        FROM guanxi.v_promise LEFT JOIN promised AS s USING (promise_id, by, state, outcome_at))),
    ('keep rates: two of three, one of two', (
        SELECT round(keep_rate_us::numeric, 6) = 0.666667 AND keep_rate_customer = 0.5
        FROM guanxi.v_customer WHERE customer_id = 'zhou-jun')),
    ('four objections, one unresolved', (
        SELECT count(*) = 4
        FROM guanxi.v_objection AS o
            JOIN objected AS e USING (customer_id, kind, cause)
        WHERE o.resolved_at IS NOT DISTINCT FROM e.resolved_at
            AND (SELECT count(*) = 4 FROM guanxi.v_objection))),
    ('reminders by kind and status', (
        SELECT count(*) = 9 AND bool_and((t.open, t.done, t.moot, t.dismissed, t.notices)
            IS NOT DISTINCT FROM (r.open, r.done, r.moot, r.dismissed, r.notices))
        FROM tally AS t FULL JOIN (
            SELECT kind, count(*) FILTER (WHERE status = 'open') AS open,
                count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'moot') AS moot,
                count(*) FILTER (WHERE status = 'dismissed') AS dismissed, sum(notices) AS notices
            FROM guanxi.v_reminder GROUP BY kind) AS r USING (kind))),
    ('twenty reminders in particular', (
        SELECT count(*) = 20
        FROM guanxi.v_reminder AS r
            JOIN expected AS e ON e.reminder_id = r.reminder_id::text AND e.kind = r.kind
                AND e.opened_at = r.opened_at AND e.notices = r.notices AND e.status = r.status
            LEFT JOIN guanxi.v_timeline AS t ON t.customer_id = r.customer_id
                AND t.source = r.closed_by_source AND t.event_id = r.closed_by_event
        WHERE t.type IS NOT DISTINCT FROM e.closed_by_type)),
    ('the notice put off to a Sunday comes on Monday', (
        SELECT at = '2025-07-21 01:00:00Z'
        FROM guanxi.v_notice WHERE reminder_id::text = '93cd0e91-5681-5918-a460-a368eefa2826' AND notice = 4)),
    ('the New Year order: due on New Year''s Day, as it stays', (
        SELECT due_at = '2026-01-01 02:00:00Z'
        FROM guanxi.v_reminder WHERE reminder_id::text = 'aab5ebae-4e21-5be2-a779-1c23d2a6a6c5')),
    ('an objection to the seller: every notice to the manager too', (
        SELECT count(*) = 4 AND bool_and(recipients = 'owner,manager')
        FROM guanxi.v_notice WHERE reminder_id::text = 'c76ad278-bf79-57c9-92b6-1ba55f40ec86')),
    ('published: to whom, and what to do next', (
        SELECT bool_and(CASE id
                WHEN 'c76ad278-bf79-57c9-92b6-1ba55f40ec86/1' THEN data -> 'to' = '["owner", "manager"]'
                    AND data ->> 'owner' = '何静' AND data ->> 'manager' = '高峰'
                ELSE data -> 'to' = '["owner"]' AND data -> 'stage' ->> 'code' = 'evaluating'
                    AND data -> 'style' ->> 'code' = 'thinker' AND jsonb_array_length(data -> 'next_steps') = 1
                    AND data -> 'next_steps' -> 0 ->> 'item' = 'exchange' END) AND count(*) = 2
        FROM message
        WHERE id IN ('c76ad278-bf79-57c9-92b6-1ba55f40ec86/1', 'f939cfbf-9fd2-5a50-b841-3bedd59b8c9c/1'))),
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
    ('published: the present stage of every customer that ever changed', (
        SELECT bool_and(coalesce((SELECT (m.data -> 'to' ->> 'stage')::integer FROM message AS m
            WHERE m.type = 'guanxi.stage.changed' AND m.customer_id = c.customer_id
            ORDER BY m.position DESC LIMIT 1), 1) = c.stage)
        FROM guanxi.v_customer AS c)),
    ('published: the present phase of yang-min', (
        SELECT data ->> 'to' = 'maintain' AND (data ->> 'cycle')::integer = 2
        FROM message WHERE type = 'guanxi.pram.changed' AND customer_id = 'yang-min'
        ORDER BY position DESC LIMIT 1)),
    ('three orders in three currencies, one twice, one back', (
        SELECT orders = 3 AND spent = 298085 AND purchase_days = 3 AND f = 2 AND m = 178085
            AND (SELECT last_day FROM guanxi.v_rfm_window)
                - (last_order_at AT TIME ZONE 'Asia/Shanghai')::date = 110
        FROM guanxi.v_customer WHERE customer_id = 'fiona-grant')),
    ('two referrals', (SELECT referrals = 2 FROM guanxi.v_customer WHERE customer_id = 'xu-hao')),
    ('every type of event on the timeline', (
        SELECT count(*) = 39 FROM event_type WHERE name IN (SELECT type FROM guanxi.v_timeline))),
    ('every event once on the timeline, but the three of who is forgotten', (
        SELECT count(*) = :records - 3 FROM guanxi.v_timeline)),
    ('two records of one person are one', (
        SELECT name = '徐浩' AND orders = 4 AND referrals = 2 AND rhythm = 3 AND level = 3
            AND (SELECT count(*) = 6 FROM guanxi.v_timeline AS t
                WHERE t.customer_id = 'xu-hao' AND t.recorded_as = 'xu-hao-2')
        FROM guanxi.v_customer WHERE customer_id = 'xu-hao')),
    ('the wrong merge is undone, the right one stands', (
        SELECT array_agg(customer_id || '>' || "into") = '{xu-hao-2>xu-hao}' FROM guanxi.v_alias)),
    ('nothing is left of who is forgotten', (
        SELECT NOT EXISTS (SELECT FROM guanxi.v_customer WHERE customer_id = 'passer-by')
            AND NOT EXISTS (SELECT FROM guanxi.v_timeline WHERE customer_id = 'passer-by'))),
    ('published: who was merged, unmerged and erased', (
        SELECT array_agg(customer_id || ' ' || type ORDER BY at)
            = '{xu-hao-2 guanxi.customer.merged,hotel-miramar guanxi.customer.merged,'
                'cedar-hotel guanxi.customer.unmerged,passer-by guanxi.customer.erased}'
        FROM message WHERE type LIKE 'guanxi.customer.%')),
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
