-- Steps of levels.
COPY guanxi.level_change (customer_id, n, at, from_level, to_level, cause, source, event_id)
FROM STDIN (FORMAT BINARY)
