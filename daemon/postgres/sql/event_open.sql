-- Opens the stream of the timelines of customers as timeline_open.sql does, for who only reads.
-- $1 ids
DECLARE timelines NO SCROLL CURSOR FOR
SELECT customer_id, occurred_at, source, event_id, recorded_as, type_id, side, points, amount, lane_id, "offset",
    data
FROM guanxi.v_event
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id, occurred_at, source, event_id, coalesce(nullif(recorded_as, ''), customer_id)
