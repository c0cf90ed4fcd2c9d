-- Lanes, those of imports aside, first those that stand still, then those furthest behind.
-- $1 how many at most
SELECT l.topic, l.partition, l.state, l.reason, l.owner, l.next_offset, l.end_offset, l.last_commit_at,
    l.lane_time
FROM guanxi.v_lane AS l
WHERE l.topic NOT LIKE 'import:%'
ORDER BY l.state = 'running', coalesce(l.end_offset - l.next_offset, 0) DESC, l.topic COLLATE "C", l.partition
LIMIT $1::int8
