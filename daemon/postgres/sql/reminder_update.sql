-- Reminders as they now stand. What was published stays published; announce -1 leaves it.
-- $1 customers, $2 reminders, $3 notices, $4 status, $5 closed at, $6 and $7 the event that closed it,
-- $8 acknowledged at, $9 snoozed until, $10 at risk, $11 published, $12 announce
UPDATE guanxi.reminder r SET
    notices = v.notices,
    status = v.status,
    closed_at = v.closed_at,
    closed_source = v.closed_source,
    closed_event = v.closed_event,
    acknowledged_at = v.acknowledged_at,
    snoozed_until = v.snoozed_until,
    at_risk = v.at_risk,
    published = r.published OR v.published,
    announce = CASE WHEN v.announce < 0 THEN r.announce ELSE v.announce END
FROM unnest($1::text[], $2::uuid[], $3::int2[], $4::int2[], $5::timestamptz[], $6::text[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::bool[], $11::bool[], $12::int2[])
    AS v (customer_id, reminder_id, notices, status, closed_at, closed_source, closed_event, acknowledged_at,
        snoozed_until, at_risk, published, announce)
WHERE r.customer_id = v.customer_id AND r.reminder_id = v.reminder_id
