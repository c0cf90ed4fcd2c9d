-- Recency, frequency, monetary value, and what the rank makes of them: the six of most value within a year. Money is
-- kept in minor units.
\qecho '\n── Value: the first six · 客户价值 ──\n'
SELECT c.name, c.orders, to_char(c.spent / 100.0, 'FM999G990.00') AS "spent CNY", v.recency_days AS "days since",
    c.f, to_char(c.m / 100.0, 'FM999G990.00') AS "m CNY", concat(v.r_score, v.f_score, v.m_score) AS "RFM", v.segment,
    c.abc, to_char(v.clv / 100.0, 'FM999G990.00') AS "lifetime CNY", c.tier, c.level, c.target_level AS target
FROM guanxi.v_customer AS c
    JOIN guanxi.v_value_latest AS v USING (customer_id)
ORDER BY c.m DESC, c.customer_id
LIMIT 6;
