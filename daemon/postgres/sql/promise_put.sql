-- Promises as they now stand; of one that is given several times the last counts. What it is about is said once:
-- it stays where nothing is said of it.
-- $1 customers, $2 promises, $3 by, $4 states, $5 made at, $6 due, $7 outcome at, $8 about
INSERT INTO guanxi.promise AS p (customer_id, promise_id, by, state, made_at, due_at, outcome_at, about)
SELECT DISTINCT ON (v.customer_id, v.promise_id)
    v.customer_id, v.promise_id, v.by, v.state, v.made_at, v.due_at, v.outcome_at,
    max(v.about) OVER (PARTITION BY v.customer_id, v.promise_id)
FROM unnest($1::text[], $2::text[], $3::int2[], $4::int2[], $5::timestamptz[], $6::timestamptz[],
        $7::timestamptz[], $8::text[])
    WITH ORDINALITY AS v (customer_id, promise_id, by, state, made_at, due_at, outcome_at, about, i)
ORDER BY v.customer_id, v.promise_id, v.i DESC
ON CONFLICT (customer_id, promise_id) DO UPDATE SET
    by = excluded.by,
    state = excluded.state,
    made_at = excluded.made_at,
    due_at = excluded.due_at,
    outcome_at = excluded.outcome_at,
    about = coalesce(excluded.about, p.about)
