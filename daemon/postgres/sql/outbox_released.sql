-- Messages that are to be sent, of each home the first.
-- $1 homes, $2 limit for a home, $3 limit
SELECT
    o.seq, o.customer_id, o.home, o.at, o.topic, o.kind, o.reminder_id, o.n, o.from_level, o.to_level,
    o.cause, o.released, false AS reminder_published, o.source, o.event_id, o.payload
FROM unnest($1::int4[]) AS h (home)
CROSS JOIN LATERAL (
    SELECT *
    FROM guanxi.outbox released
    WHERE released.home = h.home AND released.released
    ORDER BY released.seq
    LIMIT $2::int8
) o
ORDER BY o.seq
LIMIT $3::int8
