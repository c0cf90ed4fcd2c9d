-- Locks customers in the order in which everybody does, where two statements are to change them.
-- $1 ids
SELECT FROM guanxi.customer WHERE customer_id = ANY ($1::text[]) ORDER BY customer_id FOR UPDATE
