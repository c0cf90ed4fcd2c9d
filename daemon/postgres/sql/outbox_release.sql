-- Changes held one by one that the watermark has passed move into parcels, one a home, of each home the first; not of marked
-- customers, which are looked for only where a home has some. Rows of the outbox are found by their place, which
-- holds as long as this statement sees them: they are never updated.
-- $1 homes, $2 watermark, $3 limit for a home
WITH due AS (
    DELETE FROM guanxi.outbox o
    WHERE o.ctid = ANY (ARRAY(
        SELECT passed.ctid
        FROM (
            SELECT v.home, coalesce((
                SELECT true FROM guanxi.customer m WHERE m.home = v.home AND m.fold_at IS NOT NULL LIMIT 1
            ), false) AS has_marked
            FROM unnest($1::int4[]) AS v (home)
            OFFSET 0
        ) h
        CROSS JOIN LATERAL (
            SELECT held.ctid
            FROM guanxi.outbox held
            WHERE held.home = h.home AND held.kind = 0 AND held.at < $2::timestamptz
                AND (NOT h.has_marked OR EXISTS (
                    SELECT FROM guanxi.customer c WHERE c.customer_id = held.customer_id AND c.fold_at IS NULL))
            ORDER BY held.at, held.seq
            LIMIT $3::int8
        ) passed
    ))
    RETURNING o.home, o.at, o.seq, o.customer_id, o.n, o.transition, o.from_state, o.to_state, o.detail, o.source,
        o.event_id
)
INSERT INTO guanxi.parcel (home, messages, customers, instants, numbers, transitions, from_states, to_states, details,
    sources, event_ids)
SELECT
    s.home, count(*), array_agg(s.customer_id), array_agg(s.at), array_agg(s.n), array_agg(s.transition),
    array_agg(s.from_state), array_agg(s.to_state), array_agg(s.detail), array_agg(s.source),
    array_agg(s.event_id)
FROM (SELECT * FROM due ORDER BY home, at, seq) s
GROUP BY s.home
RETURNING messages
