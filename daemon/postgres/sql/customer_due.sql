-- Customers of a home whose wake has passed, earliest first; marked ones are folded instead.
-- $1 home, $2 watermark, $3 limit
SELECT customer_id, wake_at
FROM guanxi.customer
WHERE home = $1::int4 AND wake_at < $2::timestamptz AND fold_at IS NULL
ORDER BY wake_at
LIMIT $3::int8
