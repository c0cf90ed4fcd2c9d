-- Notices and closings to be sent: one parcel a home, in the order in which they come.
-- $1 homes, $2 kinds, $3 customers, $4 instants, $5 numbers, $6 reminders, $7 payloads
INSERT INTO guanxi.parcel (home, messages, kinds, customers, instants, numbers, reminder_ids, payloads)
SELECT
    s.home, count(*), array_agg(s.kind), array_agg(s.customer_id), array_agg(s.at), array_agg(s.n),
    array_agg(s.reminder_id), array_agg(s.payload)
FROM (
    SELECT *
    FROM unnest($1::int4[], $2::int2[], $3::text[], $4::timestamptz[], $5::int4[], $6::uuid[], $7::text[])
        WITH ORDINALITY AS v (home, kind, customer_id, at, n, reminder_id, payload, i)
    ORDER BY v.home, v.i
) s
GROUP BY s.home
