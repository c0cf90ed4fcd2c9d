-- Open reminders of a home that are to be announced, each with its latest notice, which was suppressed; not
-- of marked customers.
-- $1 home, $2 limit
SELECT
    n.customer_id, n.reminder_id, n.notice, n.at, n.recipients, n.state, n.home,
    n.about, n.last_order_at, n.next_at,
    r.customer_id, r.reminder_id, r.kind, r.anchor, r.due_at, r.opened_at, r.notices, r.status, r.closed_at,
    r.closed_source, r.closed_event, r.acknowledged_at, r.snoozed_until, r.at_risk, r.published, r.announce, r.promise_id
FROM guanxi.reminder r
JOIN guanxi.customer c ON c.customer_id = r.customer_id AND c.fold_at IS NULL
JOIN guanxi.notice n
    ON n.customer_id = r.customer_id AND n.reminder_id = r.reminder_id AND n.notice = r.notices
WHERE r.home = $1::int4 AND r.announce = 1 AND r.status = 0 AND n.state = 3
ORDER BY r.opened_at, r.customer_id
LIMIT $2::int8
