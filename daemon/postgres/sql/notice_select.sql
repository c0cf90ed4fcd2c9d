-- All notices of customers.
-- $1 customers
SELECT
    n.customer_id, n.reminder_id, n.notice, n.at, n.recipients, n.state, n.home
FROM guanxi.notice n
WHERE n.customer_id = ANY ($1::text[])
ORDER BY n.customer_id, n.reminder_id, n.notice
