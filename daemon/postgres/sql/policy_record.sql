-- The policy in force from now on. What an unchanged one has still to do goes on; one that schedules anew does so from
-- the watermark on that holds at this moment: the least time of the lanes that were alive when the last of them was.
-- $1 base_minor_digits, $2 rfm_window, $3 fingerprint, $4 mixed fingerprint, $5 time zone, $6 base currency,
-- $7 lane_hold in microseconds, $8 packed, $9 whether all customers are to be marked, $10 half_life in microseconds
INSERT INTO guanxi.policy AS p (
    base_minor_digits, rfm_window, fingerprint, mixed_fingerprint, time_zone, base_currency, lane_hold, packed,
    half_life
)
VALUES ($1::int4, $2::int4, $3::int8, $4::int8, $5::text, $6::text,
    $7::int8 * interval '1 microsecond', $8::bytea, $10::int8 * interval '1 microsecond')
ON CONFLICT (singleton) DO UPDATE SET
    base_minor_digits = excluded.base_minor_digits,
    rfm_window = excluded.rfm_window,
    fingerprint = excluded.fingerprint,
    mixed_fingerprint = excluded.mixed_fingerprint,
    time_zone = excluded.time_zone,
    base_currency = excluded.base_currency,
    lane_hold = excluded.lane_hold,
    packed = excluded.packed,
    half_life = excluded.half_life,
    since = CASE WHEN p.fingerprint = excluded.fingerprint THEN p.since ELSE (
        SELECT coalesce(min(s.lane_time) FILTER (WHERE NOT s.left_out), timestamptz 'epoch')
        FROM (
            SELECT l.lane_time,
                l.heartbeat_at < max(l.heartbeat_at) OVER () - excluded.lane_hold
                    OR coalesce(l.halted_at < max(l.heartbeat_at) OVER () - excluded.lane_hold, false) AS left_out
            FROM guanxi.lane l
            WHERE left(l.topic, 7) <> 'import:'
        ) s) END,
    marking = CASE WHEN $9::bool THEN '' ELSE p.marking END,
    deriving = CASE WHEN $9::bool THEN NULL WHEN p.fingerprint = excluded.fingerprint THEN p.deriving ELSE '' END,
    updated_at = now()
WHERE $9::bool OR (p.base_minor_digits, p.rfm_window, p.fingerprint, p.mixed_fingerprint, p.time_zone,
    p.base_currency, p.lane_hold, p.packed, p.half_life)
    IS DISTINCT FROM (excluded.base_minor_digits, excluded.rfm_window, excluded.fingerprint,
        excluded.mixed_fingerprint, excluded.time_zone, excluded.base_currency, excluded.lane_hold, excluded.packed,
        excluded.half_life)
