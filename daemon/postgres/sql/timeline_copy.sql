-- Events, never seen before: an identity that is there already fails the batch (23505).
COPY guanxi.timeline (
    occurred_at, points, "offset", amount, lane_id, type, side, customer_id, source, event_id, data, recorded_as, names,
    winner
) FROM STDIN (FORMAT BINARY)
