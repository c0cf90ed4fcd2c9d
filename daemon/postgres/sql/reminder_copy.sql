-- Reminders of customers of whom there was nothing yet.
-- The columns as reminder_open.sql has them.
COPY guanxi.reminder (
    customer_id, reminder_id, kind, anchor, due_at, opened_at, home, notices, status, closed_at, closed_source,
    closed_event, acknowledged_at, snoozed_until, at_risk, published, announce, promise_id
) FROM STDIN (FORMAT BINARY)
