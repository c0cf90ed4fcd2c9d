-- All that v_customer says of one customer.
-- $1 id
SELECT *
FROM guanxi.v_customer AS c
WHERE c.customer_id = $1::text
