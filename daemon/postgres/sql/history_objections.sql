-- Objections of customers.
-- $1 customers
SELECT customer_id, kind, cause, raised_at, resolved_at
FROM guanxi.objection
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id, kind, cause, raised_at
