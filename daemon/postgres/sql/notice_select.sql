-- All notices of customers.
-- $1 customers
SELECT
    n.customer_id, n.reminder_id, n.notice, n.at, n.recipients, n.state, n.home,
    n.about, n.last_order_at, n.next_at
FROM guanxi.notice n
WHERE n.customer_id = ANY ($1::text[])
ORDER BY n.customer_id, n.reminder_id, n.notice
