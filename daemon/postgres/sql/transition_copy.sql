-- Steps of levels and stages, changes of PRAM phases and tiers.
COPY guanxi.transition (customer_id, kind, n, at, from_state, to_state, detail, source, event_id, parcel)
FROM STDIN (FORMAT BINARY)
