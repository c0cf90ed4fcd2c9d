-- Reminders that were opened. One that a fold had taken away and closed may open again: it keeps its due, its
-- opening and what was published of it.
-- $1 customers, $2 reminders, $3 kinds, $4 anchors, $5 due, $6 opened at, $7 homes, $8 notices, $9 status,
-- $10 closed at, $11 and $12 the event that closed it, $13 acknowledged at, $14 snoozed until, $15 at risk,
-- $16 published, $17 announce, $18 promises
INSERT INTO guanxi.reminder AS r (
    customer_id, reminder_id, kind, anchor, due_at, opened_at, home, notices, status, closed_at, closed_source,
    closed_event, acknowledged_at, snoozed_until, at_risk, published, announce, promise_id
)
SELECT *
FROM unnest($1::text[], $2::uuid[], $3::int2[], $4::int8[], $5::timestamptz[], $6::timestamptz[], $7::int4[],
    $8::int2[], $9::int2[], $10::timestamptz[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[],
    $15::bool[], $16::bool[], $17::int2[], $18::text[])
ON CONFLICT (customer_id, reminder_id) DO UPDATE SET
    notices = excluded.notices,
    status = excluded.status,
    closed_at = excluded.closed_at,
    closed_source = excluded.closed_source,
    closed_event = excluded.closed_event,
    acknowledged_at = excluded.acknowledged_at,
    snoozed_until = excluded.snoozed_until,
    at_risk = excluded.at_risk
