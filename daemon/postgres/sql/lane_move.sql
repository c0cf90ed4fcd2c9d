-- An owned lane moves without records.
-- $1 lane id, $2 epoch, $3 next offset, $4 anchor offset, $5 anchor, $6 lane time (null: unchanged),
-- $7 end (-1: unchanged)
UPDATE guanxi.lane l SET
    next_offset = $3::int8,
    anchor_offset = $4::int8,
    anchor = $5::int8,
    lane_time = greatest(l.lane_time, $6::timestamptz),
    end_offset = coalesce(nullif($7::int8, -1), l.end_offset),
    -- Without an anchor nothing ties it to what was read before: the next claim names its cluster.
    cluster_id = CASE WHEN $4::int8 < 0 THEN '' ELSE l.cluster_id END,
    heartbeat_at = clock_timestamp()
WHERE l.lane_id = $1::int4 AND l.epoch = $2::int8
