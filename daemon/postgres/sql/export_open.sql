-- Opens the stream of all timelines, or of one: by customer, and then what begins a customer before what only answers
-- or joins (types 35..40), in the order of the model.
-- $1 customer, or null: all
DECLARE exported NO SCROLL CURSOR FOR
SELECT coalesce(t.winner, t.customer_id), t.customer_id, t.occurred_at, t.source, t.event_id, t.recorded_as, t.type, e.name, t.data
FROM guanxi.timeline t
JOIN guanxi.event_type e ON e.type_id = t.type
WHERE $1::text IS NULL OR t.customer_id = $1::text
ORDER BY t.customer_id, t.type BETWEEN 35 AND 40, t.occurred_at, t.source, t.event_id,
    coalesce(nullif(t.recorded_as, ''), t.customer_id)
