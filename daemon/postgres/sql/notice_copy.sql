-- Notices.
COPY guanxi.notice (customer_id, reminder_id, notice, at, recipients, state, home, level, last_contact_at,
    last_order_at, next_at)
FROM STDIN (FORMAT BINARY)
