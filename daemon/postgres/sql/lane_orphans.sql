-- Lanes without a sign of life for longer than the grace.
-- $1 grace in microseconds
SELECT lane_id
FROM guanxi.lane
WHERE heartbeat_at < clock_timestamp() - $1::int8 * interval '1 microsecond'
ORDER BY lane_id
