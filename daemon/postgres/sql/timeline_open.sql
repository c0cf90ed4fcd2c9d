-- Opens the stream of the timelines of customers, each in the order of the model: time, source, id, subject
-- as recorded.
-- $1 ids
DECLARE timelines NO SCROLL CURSOR FOR
SELECT customer_id, occurred_at, source, event_id, recorded_as, type, side, points, amount, lane_id, "offset",
    data
FROM guanxi.timeline
WHERE customer_id = ANY ($1::text[])
ORDER BY customer_id, occurred_at, source, event_id, coalesce(nullif(recorded_as, ''), customer_id)
