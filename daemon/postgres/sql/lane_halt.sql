-- A lane is halted, and why; without a reason it runs again.
-- $1 lane id, $2 epoch, $3 reason or null
UPDATE guanxi.lane l SET
    state = CASE WHEN $3::text IS NULL THEN 'running' ELSE 'halted' END,
    reason = $3::text,
    halted_at = CASE WHEN $3::text IS NULL THEN NULL ELSE coalesce(l.halted_at, clock_timestamp()) END
WHERE l.lane_id = $1::int4 AND l.epoch = $2::int8
