-- Records that could not be applied.
COPY guanxi.quarantine (
    topic, partition, "offset", reason, detail, key, payload, headers, source, event_id, type, subject, state,
    resolved_at
) FROM STDIN (FORMAT BINARY)
