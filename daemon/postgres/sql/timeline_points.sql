-- New points of rows on the timeline.
-- $1 customers, $2 sources, $3 event ids, $4 subjects as recorded, empty: the customer, $5 points
UPDATE guanxi.timeline t SET points = v.points
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[])
    AS v (customer_id, source, event_id, recorded_as, points)
WHERE t.customer_id = v.customer_id AND t.source = v.source AND t.event_id = v.event_id
    AND t.recorded_as = v.recorded_as
