-- The policy in force, as far as views need it; an unchanged one writes nothing.
-- $1 base_minor_digits, $2 rfm_window, $3 fingerprint, $4 mixed fingerprint, $5 time zone, $6 base currency,
-- $7 lane_hold in microseconds
INSERT INTO guanxi.policy AS p (
    base_minor_digits, rfm_window, fingerprint, mixed_fingerprint, time_zone, base_currency, lane_hold
)
VALUES ($1::int4, $2::int4, $3::int8, $4::int8, $5::text, $6::text,
    $7::int8 * interval '1 microsecond')
ON CONFLICT (singleton) DO UPDATE SET
    base_minor_digits = excluded.base_minor_digits,
    rfm_window = excluded.rfm_window,
    fingerprint = excluded.fingerprint,
    mixed_fingerprint = excluded.mixed_fingerprint,
    time_zone = excluded.time_zone,
    base_currency = excluded.base_currency,
    lane_hold = excluded.lane_hold,
    updated_at = now()
WHERE (p.base_minor_digits, p.rfm_window, p.fingerprint, p.mixed_fingerprint, p.time_zone, p.base_currency,
    p.lane_hold)
    IS DISTINCT FROM (excluded.base_minor_digits, excluded.rfm_window, excluded.fingerprint,
        excluded.mixed_fingerprint, excluded.time_zone, excluded.base_currency, excluded.lane_hold)
