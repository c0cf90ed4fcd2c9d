-- Customers by level.
\qecho '\n── Customers by level, 2026-03-01 · 客户关系层次 ──\n'
SELECT l.level, l.level_code AS code, l.level_zh AS "中文", repeat('█', count(c.customer_id)::integer)
        || ' ' || count(c.customer_id) AS customers,
    string_agg(k.name, ', ' ORDER BY c.customer_id) AS who
FROM (SELECT n AS level, guanxi.level_code(n::smallint) AS level_code, guanxi.level_zh(n::smallint) AS level_zh
        FROM generate_series(1, 4) AS n) AS l
    LEFT JOIN guanxi.v_customer AS c ON c.level = l.level
    LEFT JOIN known_as AS k ON k.customer_id = c.customer_id
GROUP BY l.level, l.level_code, l.level_zh
ORDER BY l.level DESC;
