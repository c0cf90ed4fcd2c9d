-- Promises by their ids, each with the number of its question, from 1.
-- $1 customers, $2 promises
SELECT v.n, p.by, p.state, p.made_at, p.due_at, p.outcome_at, p.about
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS v (customer_id, promise_id, n)
JOIN guanxi.promise p ON p.customer_id = v.customer_id AND p.promise_id = v.promise_id
