-- Which of these identities are on the timeline, by their number from 1, and whether type, instant and data
-- are the same.
-- $1 customers, $2 sources, $3 event ids, $4 subjects as recorded, empty: the customer, $5 types, $6 instants,
-- $7 data
SELECT v.n, t.type = v.type AND t.occurred_at = v.occurred_at AND t.data = v.data AS same
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int2[], $6::timestamptz[], $7::text[])
    WITH ORDINALITY AS v (customer_id, source, event_id, recorded_as, type, occurred_at, data, n)
JOIN guanxi.timeline t
    ON t.customer_id = v.customer_id AND t.source = v.source AND t.event_id = v.event_id
        AND t.recorded_as = v.recorded_as
