-- Customers by level. Counted while the table is small; above $1 bytes by the planner's statistics, which cost
-- nothing and are off by less than a hundredth of all. Without statistics yet there are no rows; a count has one of
-- level 0 besides.
WITH size AS (SELECT pg_relation_size('guanxi.customer') > $1::int8 AS large)
SELECT c.level, count(*) AS customers
FROM guanxi.customer c
WHERE NOT (SELECT large FROM size) AND c.first_seen_at IS NOT NULL
GROUP BY c.level
UNION ALL
SELECT 0::int2, 0::int8
WHERE NOT (SELECT large FROM size)
UNION ALL
SELECT v.level, round(v.share * t.reltuples)::int8
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_stats s ON s.schemaname = 'guanxi' AND s.tablename = 'customer' AND s.attname = 'level'
CROSS JOIN LATERAL unnest(s.most_common_vals::text::int2[], s.most_common_freqs) AS v (level, share)
WHERE (SELECT large FROM size) AND t.oid = 'guanxi.customer'::regclass AND t.reltuples > 0
