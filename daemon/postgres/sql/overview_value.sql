-- What the last rank up to a day made of a customer, and what decided it: the limits of the values that have the same
-- scores, and the money of those before it.
-- $1 id, $2 day, since 1970
WITH own AS (
    SELECT v.*
    FROM generate_series(0, 400) AS ago
        JOIN guanxi.v_value AS v ON v.as_of = date '1970-01-01' + $2::int4 - ago AND v.customer_id = $1::text
    ORDER BY ago
    LIMIT 1
)
SELECT own.as_of - date '1970-01-01', own.recency_days::int8, own.f, own.m, own.r_score, own.f_score, own.m_score,
    p.r_least, p.r_most, p.f_least, p.f_most, p.m_least, p.m_most, own.rank, p.ranked, own.segment, own.abc,
    coalesce(p.before / nullif(p.everything, 0), 0)::float8, own.clv, own.tier, own.target_level, own.p_alive,
    own.expected_orders
FROM own
    CROSS JOIN LATERAL (
        SELECT min(v.recency_days) FILTER (WHERE v.r_score = own.r_score)::int8 AS r_least,
            max(v.recency_days) FILTER (WHERE v.r_score = own.r_score)::int8 AS r_most,
            min(v.f) FILTER (WHERE v.f_score = own.f_score) AS f_least,
            max(v.f) FILTER (WHERE v.f_score = own.f_score) AS f_most,
            min(v.m) FILTER (WHERE v.m_score = own.m_score) AS m_least,
            max(v.m) FILTER (WHERE v.m_score = own.m_score) AS m_most, count(v.rank)::int4 AS ranked,
            sum(v.m) FILTER (WHERE v.m > 0) AS everything,
            sum(v.m) FILTER (WHERE v.m > 0
                AND (v.m > own.m OR (v.m = own.m AND v.customer_id < own.customer_id COLLATE "C"))) AS before
        FROM guanxi.v_value AS v
        WHERE v.as_of = own.as_of) AS p
