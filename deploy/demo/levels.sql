-- Customers by stage of life and level.
\qecho '\n── Customers by stage of life and level, 2026-03-01 · 生命周期阶段与关系层次 ──\n'
SELECT s.stage, guanxi.stage_code(s.stage) AS code, guanxi.stage_zh(s.stage) AS "中文",
    count(*) FILTER (WHERE c.level = 1) AS "一般 basic", count(*) FILTER (WHERE c.level = 2) AS "反应 reactive",
    count(*) FILTER (WHERE c.level = 3) AS "可靠 accountable", count(*) FILTER (WHERE c.level = 4) AS "主动 proactive",
    count(*) FILTER (WHERE c.at_risk) AS "at risk", count(*) FILTER (WHERE c.unfit) AS unfit
FROM (SELECT n::smallint AS stage FROM generate_series(0, 5) AS n) AS s
    LEFT JOIN guanxi.v_customer AS c ON c.stage = s.stage
GROUP BY s.stage
ORDER BY s.stage DESC;
