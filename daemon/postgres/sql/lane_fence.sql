-- The fence of a batch: touches as many rows as it names, or the batch is not ours to write. Locks lanes
-- in the order of their numbers.
-- $1 lane ids, $2 epochs, $3 offsets that must still stand, $4 next offsets, $5 anchor offsets, $6 anchors,
-- $7 lane times (null: unchanged), $8 ends (-1: unchanged)
UPDATE guanxi.lane l SET
    next_offset = v.next_offset,
    anchor_offset = v.anchor_offset,
    anchor = v.anchor,
    lane_time = greatest(l.lane_time, v.lane_time),
    end_offset = coalesce(nullif(v.end_offset, -1), l.end_offset),
    heartbeat_at = clock_timestamp(),
    last_commit_at = clock_timestamp()
FROM (
    SELECT *
    FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::timestamptz[],
        $8::int8[])
        AS u (lane_id, epoch, from_offset, next_offset, anchor_offset, anchor, lane_time, end_offset)
    ORDER BY u.lane_id
) v
WHERE l.lane_id = v.lane_id AND l.epoch = v.epoch AND l.next_offset = v.from_offset
