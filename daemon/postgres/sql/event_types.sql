-- Numbers of types, for who only reads.
-- $1 names
SELECT v.n, t.type_id
FROM unnest($1::text[]) WITH ORDINALITY AS v (name, n)
    JOIN guanxi.v_event_type AS t ON t.type = v.name
