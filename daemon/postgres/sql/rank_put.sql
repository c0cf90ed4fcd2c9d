-- The rank of a day, with its values; its events come after. A day that was ranked by itself stays so.
-- $1 days since 1970, $2 daily, $3 epoch, $4 customers, $5 changed, $6 whether there will be events, $7 r, $8 alpha,
-- $9 a, $10 b (all null: no parameters), $11 names of segments
INSERT INTO guanxi.rank AS r (
    as_of, daily, epoch, customers, changed, valued_at, finished_at, r, alpha, a, b, segments
)
VALUES (date '1970-01-01' + $1::int4, $2::bool, $3::int8, $4::int4, $5::int4, now(),
    CASE WHEN NOT $6::bool THEN now() END, $7::float8, $8::float8, $9::float8, $10::float8, $11::text[])
ON CONFLICT (as_of) DO UPDATE SET
    daily = r.daily OR excluded.daily, epoch = excluded.epoch, customers = excluded.customers,
    changed = excluded.changed, valued_at = excluded.valued_at,
    finished_at = excluded.finished_at, r = excluded.r, alpha = excluded.alpha, a = excluded.a, b = excluded.b,
    segments = excluded.segments
