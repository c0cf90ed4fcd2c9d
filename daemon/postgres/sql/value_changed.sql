-- The next customers whose tier or target a rank changed, in the order of ids.
-- $1 days since 1970, $2 the last id before, $3 limit
SELECT customer_id, tier, target_level
FROM guanxi.value
WHERE as_of = date '1970-01-01' + $1::int4 AND customer_id > $2::text AND changed
ORDER BY customer_id
LIMIT $3::int8
