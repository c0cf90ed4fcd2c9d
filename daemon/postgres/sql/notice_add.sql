-- Notices. One whose number its reminder has had already is not given again.
-- $1 customers, $2 reminders, $3 notices, $4 at, $5 recipients, $6 states, $7 homes, $8 about,
-- $9 last orders, $10 next notices
INSERT INTO guanxi.notice (
    customer_id, reminder_id, notice, at, recipients, state, home, about, last_order_at, next_at
)
SELECT *
FROM unnest($1::text[], $2::uuid[], $3::int2[], $4::timestamptz[], $5::int2[], $6::int2[], $7::int4[], $8::text[],
    $9::timestamptz[], $10::timestamptz[])
ON CONFLICT (customer_id, reminder_id, notice) DO NOTHING
