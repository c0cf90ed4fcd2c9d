-- Notices of customers of whom there was nothing yet.
-- The columns as notice_add.sql has them.
COPY guanxi.notice (
    customer_id, reminder_id, notice, at, recipients, state, home, about, last_order_at, next_at
) FROM STDIN (FORMAT BINARY)
