-- Claims lanes for an owner. The subselects read the row as it stood before; the rest stands after.
-- $1 topics, $2 partitions, $3 where a new lane begins, $4 cluster ids as the broker says, $5 ends (-1: unknown),
-- $6 owner
INSERT INTO guanxi.lane AS l (topic, partition, next_offset, epoch, cluster_id, owner, end_offset, heartbeat_at)
SELECT v.topic, v.partition, v.start, 1, v.cluster_id, $6::text, nullif(v.end_offset, -1), clock_timestamp()
FROM unnest($1::text[], $2::int4[], $3::int8[], $4::text[], $5::int8[])
    AS v (topic, partition, start, cluster_id, end_offset)
ORDER BY v.topic COLLATE "C", v.partition
ON CONFLICT (topic, partition) DO UPDATE SET
    epoch = l.epoch + 1,
    owner = excluded.owner,
    end_offset = coalesce(excluded.end_offset, l.end_offset),
    heartbeat_at = excluded.heartbeat_at,
    state = 'running',
    reason = NULL,
    halted_at = NULL,
    cluster_id = CASE WHEN l.cluster_id = '' THEN excluded.cluster_id ELSE l.cluster_id END
RETURNING l.lane_id, l.epoch, l.next_offset, l.anchor_offset, l.anchor, l.lane_time,
    coalesce((SELECT was.cluster_id FROM guanxi.lane was WHERE was.lane_id = l.lane_id), '') AS cluster_id,
    coalesce((SELECT was.state = 'halted' FROM guanxi.lane was WHERE was.lane_id = l.lane_id), false) AS halted,
    l.topic, l.partition
