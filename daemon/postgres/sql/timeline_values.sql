-- Orders placed, and orders less refunds, in the window of calendar days that ends with the day given; by
-- number from 1, those without any left out. One that a recompute found no longer valid has no amount, and is none.
-- $1 customers, $2 days since 1970, $3 window in days, 0: lifetime, $4 time zone
SELECT v.n,
    count(t.amount) FILTER (WHERE t.type = 7) AS f,
    greatest(least(coalesce(sum(CASE t.type WHEN 7 THEN t.amount ELSE -t.amount END), 0), 9223372036854775807),
        -9223372036854775808)::int8 AS m
FROM unnest($1::text[], $2::int4[]) WITH ORDINALITY AS v (customer_id, day, n)
JOIN guanxi.timeline t ON t.customer_id = v.customer_id AND t.type IN (7, 9)
WHERE (t.occurred_at AT TIME ZONE $4::text)::date <= date '1970-01-01' + v.day
    AND ($3::int4 = 0
        OR (t.occurred_at AT TIME ZONE $4::text)::date > date '1970-01-01' + v.day - $3::int4)
GROUP BY v.n
