-- Customers of whom a change of ids knows nothing: touches none, or they came to life meanwhile.
-- $1 ids
SELECT FROM guanxi.customer WHERE customer_id = ANY ($1::text[])
