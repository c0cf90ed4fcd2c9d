-- Numbers of types.
-- $1 names
SELECT v.n, t.type_id
FROM unnest($1::text[]) WITH ORDINALITY AS v (name, n)
JOIN guanxi.event_type t ON t.name = v.name
