-- Lanes as they stand.
-- $1 lane ids
SELECT lane_id, epoch, next_offset, anchor_offset, anchor, lane_time, cluster_id, state = 'halted' AS halted
FROM guanxi.lane
WHERE lane_id = ANY ($1::int4[])
