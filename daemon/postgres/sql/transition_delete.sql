-- Changes that come out otherwise by a fold: of a kind all from a number on.
-- $1 customers, $2 kinds, $3 numbers
DELETE FROM guanxi.transition t
USING unnest($1::text[], $2::int2[], $3::int4[]) AS v (customer_id, kind, n)
WHERE t.customer_id = v.customer_id AND t.kind = v.kind AND t.n >= v.n
