-- Open reminders, and the next one of each customer as far as it falls due soon, with what their sentences tell. A
-- reminder that is still to come does not name its promise: it is found by its due. The clock is told in any case:
-- without a reminder by a row of nulls. What is of the owner is found before anything else is asked of its customers,
-- and customers are then asked for one by one (hence LIMIT): how few they are is more than can be estimated.
-- $1 whether the clock is that of events, $2 owner (null: any, empty: nobody's), $3 how long from now,
-- $4 promise_lead, $5 promise_grace, all three in microseconds
WITH clock AS (
    SELECT CASE WHEN $1::bool THEN coalesce(w.watermark, now()) ELSE now() END AS at
    FROM guanxi.v_watermark AS w
), item AS (
    SELECT r.customer_id, r.kind, true AS open, r.reminder_id, r.anchor, r.due_at, r.opened_at, r.notices,
        r.acknowledged_at, r.snoozed_until, r.at_risk
    FROM guanxi.v_reminder AS r
    WHERE r.status = 'open'
    UNION ALL
    SELECT u.customer_id, u.kind, false, NULL, NULL, u.due_at, NULL, 0, NULL, NULL, false
    FROM guanxi.v_upcoming AS u
    WHERE u.due_at < (SELECT clock.at FROM clock) + $3::int8 * interval '1 microsecond'
), own AS MATERIALIZED (
    SELECT item.*
    FROM item
    WHERE $2::text IS NULL
        OR item.customer_id IN (SELECT c.customer_id
            FROM guanxi.v_customer AS c
            WHERE c.owner = $2::text OR $2::text = '' AND c.owner IS NULL)
)
SELECT clock.at, i.customer_id, i.kind, i.open, i.reminder_id,
    CASE WHEN i.kind NOT IN ('promise', 'overdue', 'thanks')
        THEN i.anchor::int8 * interval '1 microsecond' + '1970-01-01Z'::timestamptz END AS anchor,
    i.due_at, i.opened_at, i.notices::int4, i.acknowledged_at, i.snoozed_until, i.at_risk, c.owner, c.manager, c.name,
    c.level, c.tier, c.target_level, c.stage, c.first_seen_at, c.last_contact_at, c.unanswered_at, c.unfollowed_at,
    c.agreement_at, c.agreement_until, p.promise_id, p.by, p.due_at, p.made_at, p.outcome_at, o.kinds, o.causes,
    o.since
FROM clock
    LEFT JOIN (own AS i
        CROSS JOIN LATERAL (SELECT c.*
            FROM guanxi.v_customer AS c
            WHERE c.customer_id = i.customer_id
            LIMIT 1) AS c) ON true
    LEFT JOIN LATERAL (SELECT p.promise_id, p.by, p.due_at, p.made_at, p.outcome_at
        FROM guanxi.v_promise AS p
        WHERE p.customer_id = i.customer_id AND i.kind IN ('promise', 'overdue', 'thanks')
            AND CASE
                WHEN i.open THEN p.promise_id = i.anchor
                WHEN i.kind = 'promise' THEN p.state = 'open' AND p.by = 'us'
                    AND p.due_at = i.due_at + $4::int8 * interval '1 microsecond'
                WHEN i.kind = 'overdue' THEN p.state = 'open'
                    AND p.due_at = i.due_at - $5::int8 * interval '1 microsecond'
                ELSE p.state = 'kept' AND p.by = 'customer' AND p.outcome_at = i.due_at END
        ORDER BY p.promise_id
        LIMIT 1) AS p ON true
    LEFT JOIN LATERAL (SELECT array_agg(o.kind) AS kinds, array_agg(o.cause) AS causes,
            array_agg(o.raised_at) AS since
        FROM guanxi.v_objection AS o
        WHERE o.customer_id = i.customer_id AND i.kind = 'objection' AND o.resolved_at IS NULL) AS o ON true
ORDER BY c.owner COLLATE "C" NULLS LAST, i.at_risk DESC, i.open DESC, i.due_at, i.customer_id COLLATE "C", i.kind
