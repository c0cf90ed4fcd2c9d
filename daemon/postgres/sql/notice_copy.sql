-- Notices.
COPY guanxi.notice (customer_id, reminder_id, notice, at, recipients, state, home)
FROM STDIN (FORMAT BINARY)
