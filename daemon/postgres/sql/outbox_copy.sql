-- Held messages, numbered in the order in which they come.
COPY guanxi.outbox (customer_id, home, at, kind, reminder_id, n, transition, from_state, to_state, detail,
    source, event_id, payload)
FROM STDIN (FORMAT BINARY)
