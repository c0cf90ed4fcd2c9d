-- Of a parcel Kafka has some messages: the others stay, as long as it is the parcel that was read.
-- $1 home, $2 parcel, $3 its messages when it was read, $4 places of those that Kafka has, from 1
UPDATE guanxi.parcel p
SET (messages, kinds, customers, instants, numbers, transitions, from_states, to_states, details, sources,
    event_ids, reminder_ids, payloads) = (
    SELECT
        count(*), array_agg(m.kind ORDER BY m.i), array_agg(m.customer_id ORDER BY m.i),
        array_agg(m.at ORDER BY m.i), array_agg(m.n ORDER BY m.i), array_agg(m.transition ORDER BY m.i),
        array_agg(m.from_state ORDER BY m.i), array_agg(m.to_state ORDER BY m.i),
        array_agg(m.detail ORDER BY m.i), array_agg(m.source ORDER BY m.i),
        array_agg(m.event_id ORDER BY m.i), array_agg(m.reminder_id ORDER BY m.i),
        array_agg(m.payload ORDER BY m.i)
    FROM unnest(p.kinds, p.customers, p.instants, p.numbers, p.transitions, p.from_states, p.to_states,
            p.details, p.sources, p.event_ids, p.reminder_ids, p.payloads)
        WITH ORDINALITY AS m (kind, customer_id, at, n, transition, from_state, to_state, detail, source,
            event_id, reminder_id, payload, i)
    WHERE m.i <> ALL ($4::int4[])
)
WHERE p.home = $1::int4 AND p.parcel_id = $2::int8 AND p.messages = $3::int4
