-- Which of these identities are known, by their number from 1, and whether type, instant and data are the same: on the
-- timeline of the customer or, of merges (35) and unmerges (36), wherever they stand.
-- $1 customers, $2 sources, $3 event ids, $4 subjects as recorded, empty: the customer, $5 types, $6 instants,
-- $7 data
SELECT v.n, bool_or(t.type = v.type AND t.occurred_at = v.occurred_at
    AND (t.data = v.data OR (t.type IN (35, 36) AND t.data = guanxi.veil(t.type, v.data)))) AS same
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int2[], $6::timestamptz[], $7::text[])
    WITH ORDINALITY AS v (customer_id, source, event_id, recorded_as, type, occurred_at, data, n)
CROSS JOIN LATERAL (
    SELECT r.type, r.occurred_at, r.data
    FROM guanxi.timeline r
    WHERE r.customer_id = v.customer_id AND r.source = v.source AND r.event_id = v.event_id
        AND r.recorded_as = v.recorded_as
    UNION ALL
    SELECT r.type, r.occurred_at, r.data
    FROM guanxi.timeline r
    WHERE r.type IN (35, 36)
        AND coalesce(nullif(r.recorded_as, ''), r.customer_id) = coalesce(nullif(v.recorded_as, ''), v.customer_id)
        AND r.source = v.source AND r.event_id = v.event_id
) t
GROUP BY v.n
