-- Numbers for configured types that have none. When another instance numbers at the same time, one of them
-- wins and the other asks again.
-- $1 names, $2 the first number
INSERT INTO guanxi.event_type (type_id, name)
SELECT (greatest(used.most, $2::int4 - 1) + row_number() OVER (ORDER BY v.n))::int2, v.name
FROM unnest($1::text[]) WITH ORDINALITY AS v (name, n),
    (SELECT coalesce(max(type_id), 0)::int4 AS most FROM guanxi.event_type) AS used
WHERE NOT EXISTS (SELECT FROM guanxi.event_type known WHERE known.name = v.name)
ON CONFLICT DO NOTHING
