-- Profiles of customers.
-- $1 customers
SELECT customer_id, owner, manager, name, channel
FROM guanxi.profile
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id
