-- Promises of customers.
-- $1 customers
SELECT customer_id, promise_id, by, state, made_at, due_at, outcome_at, about
FROM guanxi.promise
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id, promise_id
