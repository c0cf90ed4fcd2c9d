-- Transitions of customers.
-- $1 customers
SELECT customer_id, kind, n, from_state, to_state, detail, at, source, event_id
FROM guanxi.transition
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id, kind, n
