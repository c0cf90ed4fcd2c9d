-- Customers of a home that are to be folded now.
-- $1 home, $2 watermark, $3 limit
SELECT customer_id, fold_at
FROM guanxi.customer
WHERE home = $1::int4 AND fold_at <= $2::timestamptz
ORDER BY fold_at
LIMIT $3::int8
