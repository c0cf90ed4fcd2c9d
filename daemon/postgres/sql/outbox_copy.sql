-- Messages, numbered in the order in which they come.
COPY guanxi.outbox (customer_id, home, at, topic, kind, reminder_id, n, from_level, to_level, cause,
    released, source, event_id, payload)
FROM STDIN (FORMAT BINARY)
