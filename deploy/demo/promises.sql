-- Promises of both sides, and how they are kept.
\qecho '\n── Who keeps promises · 承诺与履约率 ──\n'
SELECT c.name, p.promise_id AS promise, p.by, p.about, to_char(p.due_at, 'YYYY-MM-DD HH24:MI') AS due,
    p.state, to_char(p.outcome_at, 'YYYY-MM-DD HH24:MI') AS outcome,
    round(CASE p.by WHEN 'us' THEN c.keep_rate_us ELSE c.keep_rate_customer END::numeric, 2) AS "keep rate"
FROM guanxi.v_promise AS p
    JOIN guanxi.v_customer AS c USING (customer_id)
ORDER BY p.customer_id DESC, p.by DESC, p.due_at;
