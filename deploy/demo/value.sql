-- Recency, frequency, monetary value: the six of most value within a year. Money is kept in minor units.
\qecho '\n── Recency, frequency, monetary value: the first six · 客户价值 ──\n'
SELECT c.name, c.orders, to_char(c.spent / 100.0, 'FM999G990.00') AS "spent CNY",
    day.today - (c.last_order_at AT TIME ZONE 'Asia/Shanghai')::date AS "days since",
    c.f, to_char(c.m / 100.0, 'FM999G990.00') AS "m CNY", c.referrals, c.level_code AS level
FROM guanxi.v_customer AS c
    CROSS JOIN (SELECT last_day AS today FROM guanxi.v_rfm_window) AS day
WHERE c.orders > 0
ORDER BY c.m DESC, c.customer_id
LIMIT 6;
