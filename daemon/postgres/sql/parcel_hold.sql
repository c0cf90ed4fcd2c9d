-- What a write changes of the customers of a home, held until the watermark has passed it. Answers with the parcel.
-- $1 home, $2 earliest and $3 latest instant, $4 how many, $5 customers, $6 instants, $7 numbers, $8 kinds of
-- transitions, $9 from, $10 to, $11 details, $12 sources, $13 event ids
INSERT INTO guanxi.parcel (held, home, from_at, until_at, messages, customers, instants, numbers, transitions,
    from_states, to_states, details, sources, event_ids)
VALUES (true, $1::int4, $2::timestamptz, $3::timestamptz, $4::int4, $5::text[], $6::timestamptz[], $7::int4[],
    $8::int2[], $9::int2[], $10::int2[], $11::int4[], $12::text[], $13::text[])
RETURNING parcel_id
