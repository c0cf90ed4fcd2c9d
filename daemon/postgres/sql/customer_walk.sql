-- Customers in the order of their ids.
-- $1 behind this one, $2 only marked ones, $3 limit
SELECT customer_id
FROM guanxi.customer
WHERE customer_id > $1::text AND (NOT $2::bool OR fold_at IS NOT NULL)
ORDER BY customer_id
LIMIT $3::int8
