-- Values of a day.
COPY guanxi.value (
    m, clv, p_alive, expected_orders, as_of, f, rank, recency_days, x, t_x, t_age, r_score, f_score, m_score, segment,
    abc, tier, target_level, changed, customer_id
) FROM STDIN (FORMAT BINARY)
