-- Held notices of a home that the watermark has passed, with their reminders; not of marked customers.
-- $1 home, $2 watermark, $3 limit
SELECT
    n.customer_id, n.reminder_id, n.notice, n.at, n.recipients, n.state, n.home,
    n.about, n.last_order_at, n.next_at,
    r.customer_id, r.reminder_id, r.kind, r.anchor, r.due_at, r.opened_at, r.notices, r.status, r.closed_at,
    r.closed_source, r.closed_event, r.acknowledged_at, r.snoozed_until, r.at_risk, r.published, r.announce, r.promise_id
FROM guanxi.notice n
JOIN guanxi.customer c ON c.customer_id = n.customer_id AND c.fold_at IS NULL
JOIN guanxi.reminder r ON r.customer_id = n.customer_id AND r.reminder_id = n.reminder_id
WHERE n.home = $1::int4 AND n.state = 0 AND n.at < $2::timestamptz
ORDER BY n.at, n.customer_id
LIMIT $3::int8
