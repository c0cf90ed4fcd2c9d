-- An id is an alias no more.
-- $1 id
DELETE FROM guanxi.alias WHERE customer_id = $1::text
