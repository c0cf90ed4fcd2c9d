-- Our lanes live; answers with the watermark over all Kafka lanes, how many were left out, and the clock.
-- A lane whose row is locked is being written, which is a sign of life too: it is not waited for.
-- $1 lane ids, $2 epochs, $3 lane times (null: unchanged), $4 ends (-1: unchanged), $5 lane_hold in
-- microseconds
WITH ours AS (
    SELECT l.lane_id, v.lane_time, v.end_offset
    FROM unnest($1::int4[], $2::int8[], $3::timestamptz[], $4::int8[])
        AS v (lane_id, epoch, lane_time, end_offset)
    JOIN guanxi.lane l ON l.lane_id = v.lane_id AND l.epoch = v.epoch
    FOR NO KEY UPDATE OF l SKIP LOCKED
), beat AS (
    UPDATE guanxi.lane l SET
        heartbeat_at = clock_timestamp(),
        lane_time = greatest(l.lane_time, ours.lane_time),
        end_offset = coalesce(nullif(ours.end_offset, -1), l.end_offset)
    FROM ours
    WHERE l.lane_id = ours.lane_id
    RETURNING l.lane_id, l.lane_time, l.heartbeat_at, l.end_offset
), seen AS (
    SELECT coalesce(beat.lane_time, l.lane_time) AS lane_time,
        l.next_offset < coalesce(beat.end_offset, l.end_offset) AS unread,
        coalesce(beat.heartbeat_at, l.heartbeat_at) < clock_timestamp() - $5::int8 * interval '1 microsecond'
            OR coalesce(l.halted_at < clock_timestamp() - $5::int8 * interval '1 microsecond', false)
            AS left_out
    FROM guanxi.lane l
    LEFT JOIN beat ON beat.lane_id = l.lane_id
    WHERE left(l.topic, 7) <> 'import:'
)
-- A lane with records of which none was taken yet holds the watermark at nothing.
SELECT CASE WHEN coalesce(bool_or(lane_time IS NULL AND unread AND NOT left_out), false) THEN NULL
        ELSE min(lane_time) FILTER (WHERE NOT left_out) END AS watermark,
    (count(*) FILTER (WHERE left_out AND lane_time IS NOT NULL))::int4 AS left_out,
    clock_timestamp() AS wall
FROM seen
