-- A fold gives all steps of these customers anew.
-- $1 customers
DELETE FROM guanxi.level_change WHERE customer_id = ANY ($1::text[])
