-- Some customers, by the hash of their ids: which they are does not depend on how they are stored.
-- $1 limit
SELECT customer_id
FROM guanxi.customer
ORDER BY hashtextextended(customer_id, 0), customer_id
LIMIT $1::int8
