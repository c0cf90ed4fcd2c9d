-- What rows on the timeline show of their events by the rules in force.
-- $1 customers, $2 sources, $3 event ids, $4 subjects as recorded, empty: the customer, $5 points, $6 amounts, $7 sides
UPDATE guanxi.timeline t SET points = v.points, amount = v.amount, side = v.side
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::int8[], $7::int2[])
    AS v (customer_id, source, event_id, recorded_as, points, amount, side)
WHERE t.customer_id = v.customer_id AND t.source = v.source AND t.event_id = v.event_id
    AND t.recorded_as = v.recorded_as
