-- Marks customers whose timelines get events that nobody applies; unknown ones come as stubs. Whoever read one of them
-- before meets another version. Rows are locked in the order given, sorted by id.
-- $1 ids, $2 the earliest of those events, $3 version of stubs, $4 home of stubs, $5 policy of stubs, $6 quiet_until,
-- $7 brought
INSERT INTO guanxi.customer AS c (
    version, policy, fold_at, quiet_until, warmth, level, stage, home, brought, customer_id
)
SELECT $3::int8, $5::int8, v.since, $6::timestamptz, 0, 1, 1, $4::int4, $7::int4, v.customer_id
FROM unnest($1::text[], $2::timestamptz[]) AS v (customer_id, since)
ON CONFLICT (customer_id) DO UPDATE SET
    version = c.version + 1,
    fold_at = coalesce(c.fold_at, c.as_of, excluded.fold_at),
    quiet_until = greatest(c.quiet_until, excluded.quiet_until),
    brought = greatest(c.brought, excluded.brought)
