-- A fold gives all this of these customers anew.
-- $1 customers
WITH transitions AS (DELETE FROM guanxi.transition WHERE customer_id = ANY ($1::text[])),
    promises AS (DELETE FROM guanxi.promise WHERE customer_id = ANY ($1::text[])),
    objections AS (DELETE FROM guanxi.objection WHERE customer_id = ANY ($1::text[]))
DELETE FROM guanxi.profile WHERE customer_id = ANY ($1::text[])
