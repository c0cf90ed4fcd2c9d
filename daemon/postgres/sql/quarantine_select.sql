-- Records in quarantine, oldest first, with the lane each came from.
-- $1 only after this number, $2 state, $3 reason, $4 topic (null: any), $5 just this number (null: any),
-- $6 how many at most, $7 whether with key, payload and headers
SELECT q.quarantine_id, coalesce(l.lane_id, 0), q.topic, q.partition, q."offset", q.reason, q.detail, q.state,
    q.source, q.event_id, q.type, q.subject, q.at, q.resolved_at, coalesce(octet_length(q.payload), 0),
    CASE WHEN $7::bool THEN q.key END, CASE WHEN $7::bool THEN q.payload END,
    CASE WHEN $7::bool THEN q.headers END
FROM guanxi.quarantine AS q
    LEFT JOIN guanxi.lane AS l ON l.topic = q.topic AND l.partition = q.partition
WHERE q.quarantine_id > $1::int8
    AND ($2::text IS NULL OR q.state = $2::text)
    AND ($3::text IS NULL OR q.reason = $3::text)
    AND ($4::text IS NULL OR q.topic = $4::text)
    AND ($5::int8 IS NULL OR q.quarantine_id = $5::int8)
ORDER BY q.quarantine_id
LIMIT $6::int8
