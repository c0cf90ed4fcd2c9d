-- What the watermark has passed of a held parcel becomes one to be sent; what it has not passed stays. Messages of
-- marked customers are put aside, one by one, until the fold; those that were revoked or are void go.
-- $1 parcel, $2 watermark
WITH message AS MATERIALIZED (
    SELECT m.*, p.home, EXISTS (
        SELECT FROM guanxi.customer c WHERE c.customer_id = m.customer_id AND c.fold_at IS NOT NULL
    ) AS marked
    FROM guanxi.parcel p
    CROSS JOIN LATERAL unnest(p.customers, p.instants, p.numbers, p.transitions, p.from_states, p.to_states, p.details,
            p.sources, p.event_ids)
        WITH ORDINALITY AS m (customer_id, at, n, transition, from_state, to_state, detail, source, event_id, i)
    WHERE p.parcel_id = $1::int8 AND m.customer_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM guanxi.revoked r WHERE r.parcel_id = p.parcel_id AND r.customer_id = m.customer_id)
), settled AS (
    DELETE FROM guanxi.revoked WHERE parcel_id = $1::int8
), aside AS (
    INSERT INTO guanxi.outbox (customer_id, home, at, kind, n, transition, from_state, to_state, detail, source,
        event_id)
    SELECT customer_id, home, at, 0, n, transition, from_state, to_state, detail, source, event_id
    FROM message
    WHERE marked AND at < $2::timestamptz
    ORDER BY i
), rest AS (
    SELECT min(at) AS from_at, max(at) AS until_at, count(*) AS messages, array_agg(customer_id ORDER BY i) AS customers,
        array_agg(at ORDER BY i) AS instants, array_agg(n ORDER BY i) AS numbers,
        array_agg(transition ORDER BY i) AS transitions, array_agg(from_state ORDER BY i) AS from_states,
        array_agg(to_state ORDER BY i) AS to_states, array_agg(detail ORDER BY i) AS details,
        array_agg(source ORDER BY i) AS sources, array_agg(event_id ORDER BY i) AS event_ids
    FROM message
    WHERE at >= $2::timestamptz
    HAVING count(*) > 0
), kept AS (
    UPDATE guanxi.parcel p SET from_at = r.from_at, until_at = r.until_at, messages = r.messages,
        customers = r.customers, instants = r.instants, numbers = r.numbers, transitions = r.transitions,
        from_states = r.from_states, to_states = r.to_states, details = r.details, sources = r.sources,
        event_ids = r.event_ids
    FROM rest r
    WHERE p.parcel_id = $1::int8
), gone AS (
    DELETE FROM guanxi.parcel WHERE parcel_id = $1::int8 AND NOT EXISTS (SELECT FROM rest)
)
INSERT INTO guanxi.parcel (home, messages, customers, instants, numbers, transitions, from_states, to_states, details,
    sources, event_ids)
SELECT
    home, count(*), array_agg(customer_id ORDER BY i), array_agg(at ORDER BY i), array_agg(n ORDER BY i),
    array_agg(transition ORDER BY i), array_agg(from_state ORDER BY i), array_agg(to_state ORDER BY i),
    array_agg(detail ORDER BY i), array_agg(source ORDER BY i), array_agg(event_id ORDER BY i)
FROM message
WHERE at < $2::timestamptz AND NOT marked
GROUP BY home
RETURNING messages
