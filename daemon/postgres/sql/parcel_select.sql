-- Parcels to be sent, of each home the first, until they have enough messages.
-- $1 homes, $2 parcels of a home, $3 messages
SELECT
    s.parcel_id, s.home, s.messages, s.kinds, s.customers, s.instants, s.numbers, s.transitions, s.from_states,
    s.to_states, s.details, s.sources, s.event_ids, s.reminder_ids, s.payloads
FROM (
    SELECT p.*, sum(p.messages) OVER (ORDER BY p.parcel_id) - p.messages AS before
    FROM unnest($1::int4[]) AS h (home)
    CROSS JOIN LATERAL (
        SELECT *
        FROM guanxi.parcel first
        WHERE first.home = h.home AND NOT first.held
        ORDER BY first.parcel_id
        LIMIT $2::int8
    ) p
) s
WHERE s.before < $3::int8
ORDER BY s.parcel_id
