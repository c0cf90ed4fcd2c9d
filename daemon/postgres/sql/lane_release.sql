-- Gives lanes up; from now on they count as orphans once the grace is over, those of imports at once: nobody else
-- claims them.
-- $1 lane ids, $2 epochs
UPDATE guanxi.lane l SET owner = NULL,
    heartbeat_at = CASE WHEN left(l.topic, 7) = 'import:' THEN '-infinity' ELSE clock_timestamp() END
FROM (
    SELECT * FROM unnest($1::int4[], $2::int8[]) AS u (lane_id, epoch) ORDER BY u.lane_id
) v
WHERE l.lane_id = v.lane_id AND l.epoch = v.epoch
